/**
 * Many programs at once, as Terraform starts its providers: each runs the credential process for itself and knows nothing
 * of the others. The credentials and the ID token have expired, and a refresh token is good for one use only.
 */
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { letExpire } from '../e2e/expiry.ts'
import { answerOf, openStation, POOLKEY_LINE, profileText, startProgram } from '../e2e/poolkey-process.ts'
import { buildGoPrograms } from './consumers/go-programs.ts'
import { openSurroundings, PROGRAMS, saysWho, signersOf } from './consumers/programs.ts'

const ARN = 'arn:aws:sts::111122223333:assumed-role/PoolkeyAdmin/CognitoIdentityCredentials'

buildGoPrograms()

test('programs of every kind, two of each at once, have the role by one refresh and one exchange', async () => {
  const station = await openStation({ rotation: { graceSeconds: 0 } })
  const { emulator } = station
  const process = { credential_process: `${POOLKEY_LINE} credential-process --profile dev` }
  writeFileSync(station.configFile, profileText(emulator, 'dev', process))
  const surroundings = await openSurroundings(station)
  expect(await station.signIn()).toMatchObject({ code: 0 })
  letExpire(station)
  const before = emulator.requests.length

  // s3cmd reads no credential process.
  const readers = PROGRAMS.filter(({ name }) => name !== 's3cmd')
  const running = [...readers, ...readers].map((program) => {
    const [first, ...words] = program.command(surroundings.store)
    const env = { ...surroundings.env, ...program.env, AWS_PROFILE: 'dev' }
    return { program, ended: startProgram(first, words, env).ended }
  })
  expect(running.length).toBeGreaterThan(10)
  for (const { program, ended } of running) {
    const outcome = await ended
    expect(outcome, program.name).toMatchObject({ code: 0 })
    expect(outcome.stdout, program.name).toMatch(saysWho(program, ARN))
  }

  const asked = emulator.requests.slice(before).map(({ operation }) => operation)
  const ofPoolkey = asked.filter((operation) => operation !== 'GetCallerIdentity')
  expect(ofPoolkey).toEqual(['token:refresh_token', 'GetCredentialsForIdentity'])
  const { AccessKeyId } = answerOf(await station.run(['credential-process', '--profile', 'dev']))
  const signers = readers.flatMap((program) => signersOf(surroundings, program))
  expect(new Set(signers)).toEqual(new Set([AccessKeyId]))
  expect(asked.length - ofPoolkey.length + surroundings.store.requests.length).toBe(running.length)
})
