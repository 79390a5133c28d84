#!/usr/bin/env node
'use strict'
// What AWS tools ask all the time has a first step of its own, which loads next to nothing and hands on what it declines.
require(process.argv[2] === 'credential-process' ? '../dist/warm-start.cjs' : '../dist/start.cjs')
