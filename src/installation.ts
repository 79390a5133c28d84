/** What is said when a file of the program is not where it was built: there is nothing else to say it with. */
export const FILE_MISSING =
  'poolkey: error: a file of this installation is missing\npoolkey: fix: install it again\n'
