// What foreign packages a bundle holds, with their licences: a plugin that writes them as a text beside each build.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/

/** The folders of the packages that modules belong to. */
export function packageFolders(moduleIds) {
  return [...new Set(moduleIds.flatMap((id) => PACKAGE.exec(id)?.slice(0, 1) ?? []))].sort()
}

/** One text: which packages there are, then each licence once, below the packages that are under it. */
export function licenseText(folders, notes) {
  const packages = folders.map(readPackage).sort((one, other) => (one.title < other.title ? -1 : 1))
  const byText = new Map()
  for (const one of packages) byText.set(one.text, [...(byText.get(one.text) ?? []), one])
  const list = [...packages.map(({ title }) => title), ...notes].map((title) => `  ${title}\n`)
  const texts = [...byText].map(
    ([text, under]) => `${'-'.repeat(80)}\n${under.map(({ title }) => `${title}\n`).join('')}\n${text}\n`,
  )
  return `Parts of these packages are in poolkey:\n\n${list.join('')}\n${texts.join('\n')}`
}

/** Writes `file` when a build is done. `folders` and `notes`: what comes to it without being a module of the bundle. */
export function thirdPartyLicenses(file, { folders = [], notes = [] } = {}) {
  return {
    name: 'third-party-licenses',
    writeBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))
      writeFileSync(file, licenseText([...packageFolders(modules), ...folders], notes))
    },
  }
}

function readPackage(folder) {
  const { name, version, license, repository } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  if (typeof license !== 'string') throw new Error(`${name} says nothing of its licence`)
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry))
  // A package without the text of its licence names where it comes from.
  const text = file
    ? readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()
    : `Licensed under ${license}: ${repository?.url ?? repository ?? name}`
  return { title: `${name} ${version} (${license})`, text }
}
