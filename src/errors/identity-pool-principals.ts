/** Whom roles trust to be handed out by identity pools: what policies name, and what refusals are explained with. */

/** The principal of identity pools, and the prefix of their condition keys, in all commercial regions. */
export const IDENTITY_POOL_PRINCIPAL = 'cognito-identity.amazonaws.com'

/** The same where it has another name (AWS GovCloud (US) User Guide, "Amazon Cognito"). */
export const GOVCLOUD_IDENTITY_POOL_PRINCIPALS = {
  'us-gov-west-1': 'cognito-identity-us-gov.amazonaws.com',
  'us-gov-east-1': 'cognito-identity.us-gov-east-1.amazonaws.com',
}
