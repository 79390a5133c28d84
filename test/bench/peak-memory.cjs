'use strict'
// Preloaded into every process whose memory is compared: tells the peak of its resident memory on stderr when it ends.
// VmHWM, because the kernel counts it from the program's start; `resourceUsage().maxRSS` begins with the parent's peak.
const { readFileSync, writeSync } = require('node:fs')

process.on('exit', () => {
  const [, kilobytes] =
    process.platform === 'linux'
      ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))
      : [undefined, process.resourceUsage().maxRSS]
  writeSync(2, `\npeak-memory ${kilobytes}\n`)
})
