// The program without its shortcut.
require('../../dist/start.cjs')
