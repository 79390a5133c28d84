// Preloaded: writes down, when the process ends, which files and which parts of Node it loaded after this one.
const { writeFileSync } = require('node:fs')
const { basename } = require('node:path')

const before = new Set([...process.moduleLoadList, ...Object.keys(require.cache)])
process.on('exit', () => {
  const files = Object.keys(require.cache).filter((path) => !before.has(path))
  const builtins = process.moduleLoadList.filter((name) => !before.has(name))
  writeFileSync(
    process.env.LOADED_LIST,
    JSON.stringify({ files: files.map((path) => basename(path)), builtins }),
  )
})
