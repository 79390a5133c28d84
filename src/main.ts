/** Hands the process to the program. Everything slow is behind `import()`, so that each command loads only what it uses. */
import { join } from 'node:path'
import { FILE_MISSING } from './installation.ts'

// Helpers are files of their own, built beside this one.
const programs = {
  selfCommand: [process.execPath, process.argv[1] ?? ''],
  helperCommand: (name: string) => [process.execPath, join(import.meta.dirname, `${name}.cjs`)],
}
void import('./cli/program.ts').then(
  ({ runProgram }) => runProgram(process, programs),
  () => {
    process.stderr.write(FILE_MISSING)
  },
)
