import { expect, test } from 'vitest'
import { PoolkeyError } from '../../src/errors/poolkey-error.ts'
import { adviceOn, drawnHops } from '../../src/insight/diagnosis.ts'
import type { ExaminedHop } from '../../src/insight/doctor.ts'
import { MACHINE } from '../../src/insight/doctor.ts'
import type { DrawingStyle } from '../../src/insight/drawing-style.ts'
import { fine, skipped, troubleOf } from '../../src/insight/finding.ts'
import type { Finding } from '../../src/insight/finding.ts'
import { drawChain } from '../../src/insight/picture.ts'
import { profileWith } from '../errors/every-failure.ts'
import { chainFor } from './chain-of.ts'

const style = (columns: number, isUnicode = true): DrawingStyle => ({ columns, isUnicode, isColoured: false })
const refused = new PoolkeyError('service-refused', {
  ...{ service: 'identity pool', operation: 'GetId', name: 'NotAuthorizedException' },
  message: 'Token is not from a supported provider of this identity pool.',
})
const ROLE = 'arn:aws:iam::111122223333:role/Admin'
const HEALTHY: Record<string, Finding[]> = {
  machine: [
    fine('no variable and no file of AWS stands in the way'),
    fine('the vault opens; its key is in: keychain'),
    fine("the clock is the servers'"),
  ],
  profile: [fine('AWS tools read the configuration as poolkey does')],
  'sign-in': [
    fine(
      'the issuer https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123 is there, with its keys',
    ),
    fine(
      'acme.auth.eu-west-1.amazoncognito.com takes app client 1example23456789 with http://localhost:8400/callback',
    ),
    fine('a port to come back to is free: http://localhost:8400/callback'),
  ],
  session: [
    fine('alice@example.com is signed in; the ID token was renewed, and is good for 1 h'),
    fine(`roles that the token offers: ${ROLE}; preferred: ${ROLE}`),
  ],
  'identity-pool': [fine('gave an identity')],
  role: [fine('gave credentials for 1 h')],
  tools: [
    fine('GetCallerIdentity: arn:aws:sts::111122223333:assumed-role/Admin/CognitoIdentityCredentials'),
    fine('credential_process runs this poolkey'),
    fine('credential_process gives AWS tools credentials'),
  ],
}
const BROKEN: Record<string, Finding[]> = {
  ...HEALTHY,
  'identity-pool': [troubleOf(refused, profileWith())],
  role: [skipped('not tried: a link before it is broken')],
  tools: [
    skipped('GetCallerIdentity was not tried: there are no credentials'),
    fine('credential_process runs this poolkey'),
  ],
}

function shown(found: Record<string, Finding[]>, how: DrawingStyle): string {
  const hops: ExaminedHop[] = [MACHINE, ...chainFor('dev')].map((hop) => ({
    ...hop,
    findings: found[hop.id] ?? [],
  }))
  const advice = adviceOn(hops).map(({ kind, text }) => (kind === 'command' ? `    ${text}` : text))
  return `${drawChain(drawnHops(hops), how)}\n${advice.join('\n')}\n`
}

test.each([60, 80, 140])('what doctor shows stays as it was looked at, in %i columns', async (columns) => {
  await expect(shown(HEALTHY, style(columns))).toMatchFileSnapshot(
    `__snapshots__/doctor-healthy-${columns}.txt`,
  )
  await expect(shown(BROKEN, style(columns))).toMatchFileSnapshot(
    `__snapshots__/doctor-broken-${columns}.txt`,
  )
})

test('without Unicode it is ASCII throughout', async () => {
  const text = shown(BROKEN, style(80, false))
  expect(text).toMatch(/^[\x20-\x7e\n]+$/)
  await expect(text).toMatchFileSnapshot('__snapshots__/doctor-broken-80-ascii.txt')
})
