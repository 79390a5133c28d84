/** Every exit code with what it tells: for the help, and for the type of the catalogue's codes, which can be no other. */
export const EXIT_CODES = [
  { code: 0, short: 'done', meaning: 'done' },
  { code: 1, short: 'a bug, output closed', meaning: 'a bug, or nobody reads the output any more' },
  {
    code: 2,
    short: 'wrong usage',
    meaning: 'wrong usage: a command, an option or a value that there is not',
  },
  {
    code: 3,
    short: 'configuration',
    meaning: 'configuration: a setting, a profile or a variable is wrong; or a refusal to overwrite',
  },
  {
    code: 4,
    short: 'sign-in required',
    meaning: 'sign-in required: run the login command that the message names',
  },
  {
    code: 5,
    short: 'refused',
    meaning: 'refused by the person, the user pool, the identity pool, STS or the console',
  },
  {
    code: 6,
    short: 'network, timeout',
    meaning: 'network, timeout, throttling, or an answer that is not of the protocol',
  },
  {
    code: 7,
    short: 'store of the secrets',
    meaning: 'the store: the keychain is absent or locked, the vault unreadable, the disk full',
  },
  { code: 125, short: 'failed before it', meaning: 'exec: poolkey itself failed before the command ran' },
  { code: 126, short: 'cannot be run', meaning: 'exec: the command cannot be run' },
  { code: 127, short: 'not found', meaning: 'exec: there is no such command' },
  { code: 129, short: 'hung up', meaning: 'hung up (SIGHUP)' },
  { code: 130, short: 'interrupted', meaning: 'interrupted (SIGINT, Ctrl-C)' },
  { code: 131, short: 'quit', meaning: 'quit (SIGQUIT)' },
  { code: 143, short: 'terminated', meaning: 'terminated (SIGTERM)' },
] as const

/** One of them. */
export type ExitCode = (typeof EXIT_CODES)[number]['code']
