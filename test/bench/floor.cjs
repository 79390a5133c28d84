'use strict'
// floor.cjs KEY-FILE ENTRY-FILE: reads and decrypts one sealed entry (src/vault/seal.ts has the form) and prints it. No
// check and no message beyond that: it is the least that an answer from the cache costs a Node program.
const { createDecipheriv } = require('node:crypto')
const { readFileSync, writeSync } = require('node:fs')

const NONCE_BYTES = 12
const TAG_BYTES = 16

const [, , keyFile, entryFile] = process.argv
const key = Buffer.from(readFileSync(keyFile, 'latin1'), 'base64')
const bytes = readFileSync(entryFile)
const headerEnd = bytes.indexOf(0x0a) + 1
const fileName = entryFile.slice(entryFile.lastIndexOf('/') + 1)

const nonce = bytes.subarray(headerEnd, headerEnd + NONCE_BYTES)
const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
decipher.setAAD(Buffer.concat([bytes.subarray(0, headerEnd), Buffer.from(fileName)]))
decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
const text = decipher.update(bytes.subarray(headerEnd + NONCE_BYTES, -TAG_BYTES), undefined, 'utf8')
writeSync(1, text + decipher.final('utf8'))
