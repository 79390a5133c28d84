/** What is said when a file of the program cannot be loaded: there is nothing else to say it with. */
export const FILE_MISSING =
  'poolkey: error: a file of this installation is missing or cannot be read\npoolkey: fix: install it again\n'
