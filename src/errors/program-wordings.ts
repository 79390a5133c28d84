/** A program that `exec` could not start: the codes are a shell's (126, 127). */
import { shellWord } from './explanation.ts'
import type { Wordings } from './explanation.ts'

const ASSIGNMENT = /^([A-Za-z_]\w*)=.*$/s

export const PROGRAM_WORDINGS: Wordings<'program-not-found' | 'program-not-runnable'> = {
  'program-not-found': {
    exitCode: 127,
    what: ({ program }) =>
      program === ''
        ? 'the name of the program is empty'
        : // What is assigned may be a secret.
          `there is no program ${program.replace(ASSIGNMENT, '$1=VALUE')}`,
    fix: ({ program }) => {
      const [, variable] = ASSIGNMENT.exec(program) ?? []
      if (variable !== undefined)
        return `without a shell, env sets variables: poolkey exec -- env ${variable}=VALUE COMMAND`
      if (/\s/.test(program) && /[|&;<>$`*?]/.test(program))
        return `have a shell read it: poolkey exec -- sh -c ${shellWord(program)}`
      if (/\s/.test(program))
        return `${isPath(program) ? 'check the path; ' : ''}if these are several words, do not quote them as one: poolkey exec -- ${program.trim()}`
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

function isPath(program: string): boolean {
  return /[\\/]/.test(program)
}
