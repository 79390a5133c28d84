import type { EmulatorSettings, EmulatorUser } from './configuration.ts'
import type { Step } from './pending-challenges.ts'

/** What a challenge tells beside its name. */
export function questionOf(
  settings: EmulatorSettings,
  user: EmulatorUser | undefined,
  step: Step,
): Record<string, unknown> {
  switch (step.name) {
    case 'PASSWORD_VERIFIER':
      return { ChallengeParameters: step.proof.parameters }
    case 'NEW_PASSWORD_REQUIRED': {
      const required = user?.mustChangePassword?.requiredAttributes ?? []
      return {
        ChallengeParameters: {
          USER_ID_FOR_SRP: user?.username,
          requiredAttributes: JSON.stringify(required.map((name) => `userAttributes.${name}`)),
          userAttributes: JSON.stringify({ email: user?.email, email_verified: 'true' }),
        },
      }
    }
    case 'SMS_MFA':
    case 'SMS_OTP':
      return delivery('SMS', '+*******1234')
    case 'EMAIL_OTP':
      return delivery('EMAIL', 't***@e***')
    case 'SOFTWARE_TOKEN_MFA':
      return { ChallengeParameters: { FRIENDLY_DEVICE_NAME: 'phone' } }
    case 'SELECT_MFA_TYPE':
      return { ChallengeParameters: { MFAS_CAN_CHOOSE: JSON.stringify(user?.factors ?? []) } }
    case 'MFA_SETUP':
      return { ChallengeParameters: { MFAS_CAN_SETUP: '["SOFTWARE_TOKEN_MFA"]' } }
    case 'SELECT_CHALLENGE':
      return { AvailableChallenges: ['PASSWORD_SRP', 'EMAIL_OTP', 'SMS_OTP'], ChallengeParameters: {} }
    case 'CUSTOM_CHALLENGE':
      return {
        ChallengeParameters: {
          USERNAME: user?.username,
          ...settings.customChallenges[step.index]?.parameters,
        },
      }
  }
}

function delivery(medium: 'SMS' | 'EMAIL', destination: string): Record<string, unknown> {
  return {
    ChallengeParameters: {
      CODE_DELIVERY_DELIVERY_MEDIUM: medium,
      CODE_DELIVERY_DESTINATION: destination,
    },
  }
}
