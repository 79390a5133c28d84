// The program without its shortcut.
const { join } = require('node:path')

process.exitCode = 1
const parts = {
  selfCommand: [process.execPath, __filename],
  helperCommand: (name) => [process.execPath, join(__dirname, '../../dist', `${name}.cjs`)],
}
void require('../../dist/program.cjs').runProgram(process, parts)
