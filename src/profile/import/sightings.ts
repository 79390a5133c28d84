/** What a reader of a format sees in a file, before it is checked and chosen among. Pure. */
import type { LiteralObject } from './literal.ts'

/** What a value is of: a setting's key, or something that only leads to one. */
export type Subject =
  | 'region'
  | 'cognito_user_pool_id'
  | 'cognito_client_id'
  | 'cognito_identity_pool_id'
  | 'cognito_domain'
  | 'domain-prefix'
  | 'cognito_scopes'
  | 'cognito_redirect_uri'
  | 'cognito_logout_uri'
  | 'cognito_role_arn'
  | 'cognito_refresh_token_days'
  | 'client-secret'
  | 'response-type'

/** A value that may be a setting; nothing of it is checked. */
export interface Sighting {
  subject: Subject
  value: string
  /** The path in the file. */
  where: string
}

/** Whose tools made the file: decides which snippets help. */
export type Family = 'amplify-gen2' | 'amplify-gen1' | 'cdk' | 'cloudformation' | 'terraform' | 'other'

/** One document, read. */
export interface Reading {
  /** The format in words. */
  format: string
  family: Family
  sightings: Sighting[]
  notes: string[]
}

/** Reads documents of one format; undefined for one of another. */
export type Reader = (document: LiteralObject) => Reading | undefined
