/** An issuer as identity pools and IAM write it: without the scheme (IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM"). Pure. */
export function providerNameOf(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '')
}
