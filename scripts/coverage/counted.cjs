#!/usr/bin/env node
// poolkey with V8 counting what it runs. What is counted lies in a folder beside this build, a file for each process.
const { mkdirSync, writeFileSync } = require('node:fs')
const { Session } = require('node:inspector')
const { join } = require('node:path')

const counts = join(__dirname, '..', 'counts')
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
process.once('exit', () => {
  // The answer comes before `post` returns.
  session.post('Profiler.takePreciseCoverage', (_error, taken) => {
    const own = (taken?.result ?? []).filter(({ url }) => url.includes('/build/coverage/dist/'))
    mkdirSync(counts, { recursive: true })
    writeFileSync(join(counts, `${process.pid}-${process.hrtime.bigint()}.json`), JSON.stringify(own))
  })
})
require(process.argv[2] === 'credential-process' ? '../dist/warm-start.cjs' : '../dist/start.cjs')
