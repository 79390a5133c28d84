/** An API whose authorizer verifies tokens as one behind API Gateway does, asked with curl and `poolkey token --header`. */
import { createServer } from 'node:http'
import { JwtVerifier } from 'aws-jwt-verify'
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier'
import { expect, onTestFinished, test } from 'vitest'
import { openStation, POOLKEY_LINE, startProgram } from '../e2e/poolkey-process.ts'
import type { Station } from '../e2e/poolkey-process.ts'

/** Answers with the person's e-mail address to whoever brings a token of this kind, else with 401. Gives its address. */
async function openApi({ emulator }: Station, tokenUse: 'id' | 'access'): Promise<string> {
  const { issuer, clientId, origin, userPoolId } = emulator
  const verifier = JwtVerifier.create({
    issuer,
    // Access tokens have none: the client is checked below, for both kinds.
    audience: null,
    customJwtCheck: ({ payload }) => {
      validateCognitoJwtFields(payload, { tokenUse, clientId })
    },
  })
  // It fetches keys over https alone.
  const keys = await fetch(`${origin}/${userPoolId}/.well-known/jwks.json`)
  verifier.cacheJwks((await keys.json()) as Parameters<typeof verifier.cacheJwks>[0])
  const server = createServer((request, response) => {
    const [, token = ''] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
    verifier.verify(token).then(
      ({ email, username }) => response.end(`hello ${JSON.stringify(email ?? username)}\n`),
      (error: unknown) => response.writeHead(401).end(`${String(error)}\n`),
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}/`
}

/** What curl says, given the header by a file that poolkey writes. */
function curl(
  station: Station,
  url: string,
  words: string,
): Promise<{ code: number | null; stdout: string }> {
  const script = `curl -sS --fail-with-body -H @<(${POOLKEY_LINE} token --profile dev ${words}) '${url}'`
  return startProgram('/bin/bash', ['-c', script], station.env).ended
}

test('curl -H @<(poolkey token --header) is let in by an authorizer that verifies with aws-jwt-verify', async () => {
  const station = await openStation()
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const byId = await openApi(station, 'id')
  const byAccess = await openApi(station, 'access')
  expect(await curl(station, byId, '--header')).toMatchObject({
    code: 0,
    stdout: `hello "${station.emulator.user.email}"\n`,
  })
  expect(await curl(station, byAccess, '--header --access')).toMatchObject({
    code: 0,
    stdout: `hello "${station.emulator.user.username}"\n`,
  })
  // Each is for its own API, and a token alone is no header.
  expect(await curl(station, byId, '--header --access')).toMatchObject({ code: 22 })
  expect(await curl(station, byAccess, '--header')).toMatchObject({ code: 22 })
  expect(await curl(station, byId, '')).toMatchObject({ code: 22 })
  // Keys that signed nothing any more verify nothing.
  await station.emulator.rotateSigningKeys()
  expect(await station.run(['login', '--profile', 'dev'])).toMatchObject({ code: 0 })
  const afterwards = await openApi(station, 'id')
  expect(await curl(station, afterwards, '--header')).toMatchObject({ code: 22 })
})

test('h=$(poolkey token --header) && curl -H @- <<<"$h" is let in, too, and asks nobody when poolkey fails', async () => {
  const station = await openStation()
  const api = await openApi(station, 'id')
  const script = `h=$(${POOLKEY_LINE} token --header --profile dev) && curl -sS --fail-with-body -H @- '${api}' <<<"$h"`
  const run = () => startProgram('/bin/bash', ['-c', script], station.env).ended
  const failed = await run()
  expect(failed).toMatchObject({ code: 4, stdout: '' })
  expect(failed.stderr).toContain('poolkey login --profile dev')
  expect(await station.signIn()).toMatchObject({ code: 0 })
  expect(await run()).toMatchObject({ code: 0, stdout: `hello "${station.emulator.user.email}"\n` })
})

test.each([
  ['token', 1],
  ['token --header', 1],
  ['token --claims', 0],
])('on a terminal %s is preceded by %i warnings, in one line', async (words, count) => {
  const station = await openStation()
  expect(await station.signIn()).toMatchObject({ code: 0 })
  const line = `${POOLKEY_LINE} ${words} --profile dev`
  const env = { ...station.env, NO_COLOR: '1', SHELL: '/bin/sh' }
  const { code, stdout } = await startProgram('script', ['-qec', line, '/dev/null'], env).ended
  expect(code).toBe(0)
  const warnings = stdout.split('\r\n').filter((one) => one.startsWith('poolkey: warning: '))
  expect(warnings.length).toBe(count)
  expect(stdout).toContain(words.endsWith('--claims') ? '"token_use":"id"' : 'eyJ')
})
