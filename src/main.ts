/** The program's first step. Everything slow is behind `import()`, so that each command loads only what it uses. */
// Should a promise get lost, Node leaves when nothing is left to wait for: that must never read as success.
process.exitCode = 1
void import('./cli/program.ts').then(
  ({ runProgram }) => runProgram(process),
  () => {
    process.stderr.write(
      'poolkey: error: a file of this installation is missing\npoolkey: fix: install it again\n',
    )
  },
)
