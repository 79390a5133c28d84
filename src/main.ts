/** The program's first step. Everything slow is behind `import()`, so that each command loads only what it uses. */
void import('./cli/program.ts').then(({ runProgram }) => runProgram(process))
