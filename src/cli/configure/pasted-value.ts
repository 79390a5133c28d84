/** What people copy from a console or a mail, as the setting has it. Pure. */
import type { SettingKey } from '../../profile/settings.ts'

// The ARN of a pool ends with its ID.
const ARNS: Partial<Record<SettingKey | 'region', RegExp>> = {
  cognito_user_pool_id: /^arn:[\w-]+:cognito-idp:[\w-]+:\d*:userpool\/(.+)$/,
  cognito_identity_pool_id: /^arn:[\w-]+:cognito-identity:[\w-]+:\d*:identitypool\/(.+)$/,
}

/** Without blanks around it; of a pool's ARN the ID. */
export function pastedValue(key: SettingKey | 'region', text: string): string {
  const value = text.trim()
  return ARNS[key]?.exec(value)?.[1] ?? value
}
