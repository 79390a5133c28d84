// The build that coverage is counted in: as it is installed, but for its text, which leads back to the sources.
import parts from '../../rolldown.config.js'

export default parts.map(({ output, ...part }) => ({
  ...part,
  plugins: (part.plugins ?? []).filter(({ name }) => name !== 'third-party-licenses'),
  output: { ...output, dir: 'build/coverage/dist', minify: false, sourcemap: true },
}))
