/** Callback and sign-out URLs: poolkey listens on this machine alone, so only those of it are kept. Pure. */
import { SETTINGS } from '../settings.ts'
import { distinct } from './chosen-settings.ts'
import type { Found, ImportedKey } from './chosen-settings.ts'
import type { Sighting, Subject } from './sightings.ts'

/** What a file says of callback and sign-out URLs, as far as it may be written. */
export interface Callbacks {
  /** Whether the file says anything of callback URLs: they are the registered ones then. */
  isListed: boolean
  settings: Map<ImportedKey, Found>
  /** What was left out, as it stands in the file. */
  dropped: string[]
}

const MOST = 10

/** Keeps the callback URLs that poolkey can listen on, and one sign-out URL. */
export function chooseCallbacks(sightings: Sighting[]): Callbacks {
  const callbacks = urlsOf(sightings, 'cognito_redirect_uri')
  const signOuts = urlsOf(sightings, 'cognito_logout_uri')
  const kept = callbacks.filter(({ value }) => isOwn(value)).slice(0, MOST)
  const signOut = signOuts.find(({ value }) => isOwn(value))
  const settings = new Map<ImportedKey, Found>()
  const [first] = kept
  if (first) {
    const value = kept.map((one) => one.value).join(',')
    settings.set('cognito_redirect_uri', { value, where: first.where.replace(/\[\d+\]$/, '') })
  }
  if (signOut) settings.set('cognito_logout_uri', signOut)
  const dropped = [...callbacks, ...signOuts].map(({ value }) => value).filter((value) => !isOwn(value))
  return { isListed: callbacks.length > 0, settings, dropped: [...new Set(dropped)] }
}

/** Each URL once; Amplify Gen 1 writes several into one text. */
function urlsOf(sightings: Sighting[], subject: Subject): Found[] {
  const urls = sightings
    .filter((one) => one.subject === subject)
    .flatMap(({ value, where }) => value.split(',').map((url) => ({ value: url.trim(), where })))
    .filter(({ value }) => value !== '')
  return distinct(urls)
}

function isOwn(url: string): boolean {
  return SETTINGS.redirectUris.type.parse(url) !== undefined
}
