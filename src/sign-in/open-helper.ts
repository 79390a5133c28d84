/**
 * Opens the URL in its last argument with the system's browser, as a program of its own: npm `open` hands its environment on
 * and searches PATH, so it is run in one that `browserEnvironment` has cleaned. Built as `dist/open-helper.cjs`, and into the
 * standalone executable.
 */
import open from 'open'

// Where xdg-open does it, its exit code is worth waiting for; elsewhere waiting would mean until the browser is closed.
const wait = process.platform === 'linux' && process.env['WSL_DISTRO_NAME'] === undefined

open(process.argv.at(-1) ?? '', { wait }).catch(() => {
  process.exitCode = 1
})
