/**
 * Which profiles there are, for shells: the config file read by awk, without starting Node. The rules are those of
 * profile/config-text.ts and profile/profile-list.ts: sections of one name merge, `[profile default]` beats `[default]`,
 * what is indented deeper than a key continues it. Pure.
 */

/**
 * An awk program that prints the names of poolkey's profiles, a line each; stdin is a config file. Only names that
 * `isProfileName` allows come out: no quotes, backslashes, control characters, or what shows as nothing. It is free of
 * single quotes and double backslashes, so that it can stand in single quotes in every shell; its bytes are read in the C
 * locale.
 */
export const PROFILE_NAMES_AWK = String.raw`
  function trimmed(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
  function usable(name,   at) {
    if (name == "" || length(name) > 512 || name ~ /[[:cntrl:]]/) return 0
    for (at = 1; at <= length(refused); at++) if (index(name, substr(refused, at, 1))) return 0
    return name !~ /\302[\200-\237\255]|\342\200[\213-\217\250-\256]|\342\201[\240-\257]|\357\273\277|\363\240/
  }
  function opened(title,   quote) {
    sub(/^[ \t]+/, "", title)
    if (title == "default") return "default"
    title = trimmed(title)
    if (title !~ /^profile[ \t]/) return ""
    sub(/^profile[ \t]+/, "", title)
    quote = substr(title, 1, 1)
    if (quote != "\042" && quote != "\047") return title !~ /[ \t]/ && usable(title) ? "profile " title : ""
    if (length(title) < 3 || substr(title, length(title)) != quote) return ""
    title = substr(title, 2, length(title) - 2)
    return title == trimmed(title) && usable(title) ? "profile " title : ""
  }
  function placed(name) { return name == "default" && !("profile default" in seen) ? name : "profile " name }
  BEGIN { key = -1; refused = "[]#;\042\047\134\140" }
  { sub(/\r$/, "") }
  NR == 1 { sub(/^\357\273\277/, "") }
  {
    text = trimmed($0)
    if (text == "" || text ~ /^[#;]/) next
    match($0, /^[ \t]*/)
    if (key >= 0 && RLENGTH > key) {
      # A name of several lines is none.
      if (name == "source_profile") delete source[section]
      next
    }
    if (substr(text, 1, 1) == "[") {
      key = -1
      section = index(text, "]") ? opened(substr(text, 2, index(text, "]") - 2)) : ""
      if (section != "" && !(section in seen)) { seen[section]; order[++count] = section }
      next
    }
    key = RLENGTH
    equals = index(text, "=")
    name = section != "" && equals ? tolower(trimmed(substr(text, 1, equals - 1))) : ""
    value = substr(text, equals + 1)
    sub(/(^|[ \t])[#;].*/, "", value)
    if (name ~ /^cognito_/) own[section]
    else if (name == "role_arn") role[section]
    else if (name == "source_profile") source[section] = trimmed(value)
  }
  END {
    for (at = 1; at <= count; at++) {
      section = order[at]
      if (section == "default" && "profile default" in seen) continue
      chained = section in role && section in source && placed(source[section]) in own
      if (section in own || chained) print (section == "default" ? section : substr(section, 9))
    }
  }
`
