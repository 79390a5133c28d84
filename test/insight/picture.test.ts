import { describe, expect, test } from 'vitest'
import type { DrawingStyle } from '../../src/insight/drawing-style.ts'
import { drawsUnicode } from '../../src/insight/drawing-style.ts'
import { drawLifetimes, expiringIn } from '../../src/insight/lifetimes.ts'
import { drawChain } from '../../src/insight/picture.ts'
import type { DrawnHop } from '../../src/insight/picture.ts'
import { textWidth } from '../../src/insight/text-width.ts'
import { chainFor } from './chain-of.ts'

const style = (columns: number, isUnicode = true): DrawingStyle => ({ columns, isUnicode, isColoured: false })

function pictureOf(hops: DrawnHop[], how: DrawingStyle): string {
  return `${drawChain(hops, how)}\n${drawLifetimes(expiringIn(hops), how)}`
}

describe('the picture stays as it was looked at', () => {
  test.each([60, 80, 140])('in %i columns', async (columns) => {
    for (const name of ['dev', 'prod']) {
      const picture = pictureOf(chainFor(name), style(columns))
      await expect(picture).toMatchFileSnapshot(`__snapshots__/${name}-${columns}.txt`)
    }
  })

  test.each(['editor', 'direct', 'visitor', 'deploy', 'tokens'])('of profile %s', async (name) => {
    await expect(pictureOf(chainFor(name), style(80))).toMatchFileSnapshot(`__snapshots__/${name}-80.txt`)
  })

  test.each(['dev', 'tokens'])('of profile %s in ASCII', async (name) => {
    const picture = pictureOf(chainFor(name), style(60, false))
    expect(picture).toMatch(/^[\x20-\x7e\n]+$/)
    await expect(picture).toMatchFileSnapshot(`__snapshots__/${name}-60-ascii.txt`)
  })

  test.each([true, false])('with what came of each link (Unicode: %s)', async (isUnicode) => {
    const states = ['ok', 'warning', 'ok', 'failed', 'skipped', 'skipped'] as const
    const lines: Record<string, string[]> = {
      'sign-in': ['port 8400 is held by another program (node, 4711): 8401 is taken in its place'],
      'identity-pool': [
        'the identity pool does not accept tokens of this app client (NotAuthorizedException)',
        'fix: aws cognito-identity update-identity-pool --identity-pool-id eu-west-1:11111111-2222-3333-4444-555555555555',
      ],
    }
    const hops = chainFor('dev').map((hop, index) => {
      const state = states[index]
      return {
        ...hop,
        ...(state ? { state } : {}),
        lines: (lines[hop.id] ?? []).map((text) => ({ state: state ?? 'ok', text })),
      }
    })
    const file = `__snapshots__/states-${isUnicode ? 'unicode' : 'ascii'}.txt`
    await expect(drawChain(hops, style(80, isUnicode))).toMatchFileSnapshot(file)
  })
})

test.each([40, 60, 61, 77, 80, 100, 140, 400])(
  'in %i columns no line is wider, and every frame closes',
  (columns) => {
    for (const name of ['dev', 'prod', 'visitor', 'deploy', 'tokens']) {
      const lines = drawChain(chainFor(name), style(columns)).trimEnd().split('\n')
      const framed = lines.filter((line) => /^[┌│├└]/.test(line))
      const widths = new Set(framed.map(textWidth))
      expect(widths.size).toBe(1)
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns)
      for (const line of framed) expect(line).toMatch(/[┐│┤┘]$/)
    }
  },
)

test('what anybody wrote cannot break the frame or reach the terminal', () => {
  const value = '\u001b[2J山\u202e│'.repeat(40)
  const hop: DrawnHop = {
    ...{ id: 'profile', title: `Profile ${value}`, source: value },
    values: [{ name: 'region', value, source: value }],
    ...{ state: 'failed', lines: [{ state: 'failed', text: value }] },
  }
  for (const isUnicode of [true, false]) {
    const lines = drawChain([hop], style(60, isUnicode)).trimEnd().split('\n')
    expect(new Set(lines.map(textWidth))).toEqual(new Set([60]))
    expect(lines.join('')).not.toMatch(/[\u001b\u202e]/)
  }
})

test('colours are for those who want them, and change no widths', () => {
  const hops = chainFor('dev').map((hop) => ({ ...hop, state: 'ok' as const }))
  const coloured = pictureOf(hops, { ...style(80), isColoured: true })
  expect(coloured).toContain('\u001b[32m✔ \u001b[0m')
  expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(pictureOf(hops, style(80)))
})

test.each([
  [{ LANG: 'en_US.UTF-8' }, 'linux', true],
  [{ LANG: 'C.utf8' }, 'linux', true],
  [{ LANG: 'C' }, 'linux', false],
  [{}, 'linux', false],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 'linux', false],
  [{ LANG: 'C', LC_CTYPE: 'UTF-8' }, 'darwin', true],
  [{ LANG: 'en_US.UTF-8', LC_ALL: '' }, 'linux', true],
  [{ LANG: 'en_US.UTF-8', TERM: 'dumb' }, 'linux', false],
  [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, 'linux', false],
  [{}, 'win32', true],
  [{ TERM: 'dumb' }, 'win32', false],
] as const)('%o on %s: Unicode %s', (env, platform, isUnicode) => {
  expect(drawsUnicode(env, platform)).toBe(isUnicode)
})
