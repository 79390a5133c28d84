/** The inner parts of amazon-cognito-identity-js (whose types tell of the outer ones alone) that the tests use. */
declare module 'amazon-cognito-identity-js/lib/BigInteger.js' {
  export default class BigInteger {
    constructor(text: string, radix: number)
    toString(radix: number): string
  }
}

declare module 'amazon-cognito-identity-js/lib/AuthenticationHelper.js' {
  import type BigInteger from 'amazon-cognito-identity-js/lib/BigInteger.js'

  export default class AuthenticationHelper {
    constructor(poolName: string)
    N: BigInteger
    getSmallAValue(): BigInteger
    getLargeAValue(callback: (error: Error | null, value: BigInteger) => void): void
    padHex(value: BigInteger): string
    getPasswordAuthenticationKey(
      username: string,
      password: string,
      serverBValue: BigInteger,
      salt: BigInteger,
      callback: (error: Error | null, key: Uint8Array) => void,
    ): void
  }
}

declare module 'amazon-cognito-identity-js/lib/DateHelper.js' {
  export default class DateHelper {
    getNowString(): string
  }
}
