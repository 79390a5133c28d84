/** A program that `exec` could not start: the codes are a shell's (126, 127). */
import { assignedIn } from './explanation.ts'
import type { Wordings } from './explanation.ts'

export const PROGRAM_WORDINGS: Wordings<'program-not-found' | 'program-not-runnable'> = {
  'program-not-found': {
    exitCode: 127,
    what: ({ program }) =>
      program === '' ? 'the name of the program is empty' : `there is no program ${nameOf(program)}`,
    fix: ({ program }) => {
      const variable = assignedIn(program)
      if (variable !== undefined)
        return `without a shell, env sets variables: poolkey exec -- env ${variable}=VALUE COMMAND`
      if (/\s/.test(program) && /[|&;<>$`*?]/.test(program))
        return "have a shell read it: poolkey exec -- sh -c '...'"
      if (/\s/.test(program))
        return `${isPath(program) ? 'check the path; ' : ''}if these are several words, do not quote them as one: poolkey exec -- ${isPath(program) ? program.trim() : `${program.trim().split(/\s/)[0] ?? ''} ARGUMENTS`}`
      return isPath(program)
        ? 'check the path'
        : 'check the name and PATH; what only a shell knows, such as an alias or a function, needs one: poolkey exec -- sh -ic COMMAND'
    },
  },
  'program-not-runnable': {
    exitCode: 126,
    what: ({ program, problem }) => {
      switch (problem) {
        case 'batch-file':
          return `${program} is a batch file, whose arguments cmd.exe would read as commands`
        case 'no-interpreter':
          return `${program} cannot be run: what its first line names is not there`
        default:
          return `${program} cannot be run (${problem})`
      }
    },
    fix: ({ program, problem }) => {
      switch (problem) {
        case 'batch-file':
          return `start a shell, and run it there: poolkey exec; or name cmd.exe yourself, for arguments that you trust: poolkey exec -- cmd /c "${program}"`
        case 'no-interpreter':
          return 'correct the path after #! in its first line'
        case 'EACCES':
          return 'make it executable for you (chmod +x), or run its interpreter with it as an argument'
        case 'E2BIG':
          return 'give it fewer or shorter arguments, or a smaller environment'
        default:
          return 'check that it is a program of this system'
      }
    },
  },
}

// What is assigned, and what follows a program's name, may be a secret.
function nameOf(program: string): string {
  const variable = assignedIn(program)
  if (variable !== undefined) return `${variable}=VALUE`
  const [first = '', ...others] = program.trim().split(/\s+/)
  return others.length === 0 || isPath(program) ? program : `"${first} ..."`
}

function isPath(program: string): boolean {
  return /[\\/]/.test(program)
}
