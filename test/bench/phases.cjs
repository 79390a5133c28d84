'use strict'
// Preloaded into a run that is taken apart: tells on stderr, when the process ends, what it was at and when. Instants are
// milliseconds of the machine's monotonic clock, which all processes share.
const { subscribe } = require('node:diagnostics_channel')
const fs = require('node:fs')
const Module = require('node:module')

const now = () => Number(process.hrtime.bigint()) / 1e6
const originMs = now() - performance.now()
const spans = []
let loading = 0

const load = Module._load
Module._load = function (...words) {
  const startedMs = now()
  loading += 1
  try {
    return load.apply(this, words)
  } finally {
    loading -= 1
    // What a module loads while it is loaded is part of that.
    if (loading === 0) spans.push({ part: 'load', startMs: startedMs, endMs: now() })
  }
}

for (const name of ['fsyncSync', 'fdatasyncSync']) {
  const sync = fs[name]
  fs[name] = (descriptor) => {
    const startedMs = now()
    sync(descriptor)
    spans.push({ part: 'sync', startMs: startedMs, endMs: now() })
  }
}

const startedRequests = new Map()
subscribe('http.client.request.start', ({ request }) => startedRequests.set(request, now()))
subscribe('http.client.response.finish', ({ request }) => {
  const target = request.getHeader('x-amz-target') ?? request.path
  const part = `request ${String(target).split('.').pop()}`
  spans.push({ part, startMs: startedRequests.get(request), endMs: now() })
})

process.on('exit', () => {
  const readyMs = originMs + performance.nodeTiming.bootstrapComplete
  fs.writeSync(2, `\nphases ${JSON.stringify({ readyMs, exitMs: now(), spans })}\n`)
})
