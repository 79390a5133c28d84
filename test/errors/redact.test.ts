import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redact } from '../../src/errors/redact.ts'
import { Secret } from '../../src/secret.ts'

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl_-'

test.each([
  { text: `Value '${TOKEN}' is not valid`, shown: "Value '[redacted]' is not valid" },
  { text: `${TOKEN.slice(0, 30)}... is too long`, shown: '[redacted] is too long' },
  { text: `a=${TOKEN.slice(0, 12)}, b=${TOKEN}`, shown: 'a=[redacted], b=[redacted]' },
  { text: 'an encrypted one: eyJh.key.iv.text.tag', shown: 'an encrypted one: [redacted]' },
  { text: 'an encrypted one: eyJh..iv.text.tag', shown: 'an encrypted one: [redacted]' },
  { text: 'Token is not from a supported provider.', shown: 'Token is not from a supported provider.' },
  { text: '', shown: '' },
])('of "$text" is shown "$shown", whatever the request carried', ({ text, shown }) => {
  expect(redact(text, [])).toBe(shown)
  expect(redact(text, [new Secret('')])).toBe(shown)
})

test('a secret does not get through, as it is or as a form or a URL writes it, however often', () => {
  const secret = fc.string({ minLength: 8, unit: 'grapheme' })
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
      const asForm = new URLSearchParams({ value }).toString().slice('value='.length)
      const forms = [value, encodeURIComponent(value), asForm]
      const text = forms.map((form) => `${before}${form}${after}`).join(' ')
      const shown = redact(text, [new Secret('another one'), new Secret(value)])
      for (const form of forms) expect(shown).not.toContain(form)
    }),
  )
})

test('what a service says around its input stays readable', () => {
  const code = new Secret('a/b+c==')
  expect(redact('code=a%2Fb%2Bc%3D%3D: the code a/b+c== is spent', [code])).toBe(
    'code=[redacted]: the code [redacted] is spent',
  )
})
