'use strict'
// keytar-read.cjs KEYTAR [SERVICE ACCOUNT]: loads keytar from its folder and, where an item is named, reads it. It tells how
// long the value is and never the value: what the keychain costs by itself.
const { writeSync } = require('node:fs')

const [, , folder, service, account] = process.argv
const keytar = require(folder)
if (service === undefined) writeSync(1, typeof keytar.getPassword)
else keytar.getPassword(service, account).then((value) => writeSync(1, String(value?.length)))
