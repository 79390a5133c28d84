// The program without its shortcut.
process.exitCode = 1
void require('../../dist/program.cjs').runProgram(process)
