/** The shells that poolkey has completions for. Pure. */
export const COMPLETED_SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const

/** One of them. */
export type CompletedShell = (typeof COMPLETED_SHELLS)[number]
