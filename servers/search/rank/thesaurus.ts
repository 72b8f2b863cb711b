import { stem } from "../../../shared/words/stem.ts";

/** Words that developers use for one another; a word may stand in several lines. */
const LINES = `
  folder directory dir path
  file fd descriptor handle
  name title label key id identifier
  text string str char
  number int integer numeric num digit
  list array vector slice sequence collection items
  map dictionary dict hash hashmap table object
  set unique distinct dedupe duplicate
  pair tuple entry
  tree node branch leaf
  parent ancestor outer enclosing
  child children nested sub inner descendant
  size length len count total
  limit max maximum cap bound threshold throttle
  min minimum least lowest smallest
  empty blank null nil none void
  default fallback
  first head begin start initial
  last tail end final
  previous prev prior earlier
  position offset index cursor pos
  range span interval slice
  create make new build construct instantiate generate
  delete remove drop erase unlink discard
  read load fetch get retrieve
  write save store persist dump
  update modify change set patch mutate
  copy clone duplicate dup
  move rename relocate
  replace substitute swap rewrite
  merge combine join concat concatenate append
  split separate tokenize divide partition chunk
  insert add push append put
  take pop shift dequeue
  find search lookup locate query
  filter select pick choose match
  sort order arrange rank
  compare equal eq cmp equality
  check validate verify assert ensure
  convert transform cast coerce
  parse decode deserialize unmarshal
  serialize encode marshal stringify format
  escape quote sanitize
  trim strip clean truncate shorten
  wrap enclose surround decorate
  ignore skip exclude omit
  resolve expand evaluate
  compute calculate calc measure
  guess detect infer sniff
  warn warning deprecate
  error exception failure fail err throw raise panic
  retry attempt backoff again
  undo rollback revert restore
  commit flush sync persist
  start begin launch init boot spawn run
  stop abort cancel terminate kill shutdown
  open connect attach establish
  close free release dispose destroy cleanup teardown
  wait sleep delay timeout block pause await
  expire ttl age timeout stale
  time date clock timestamp now
  send emit write transmit dispatch publish
  receive recv accept read consume
  event message signal notification
  subscribe listen observe watch on
  unsubscribe unlisten detach off
  callback handler hook listener fn closure
  queue buffer pending backlog fifo
  cache memoize memo
  lock mutex synchronize semaphore guard latch
  thread worker concurrent parallel pool
  schedule timer cron tick
  memory heap alloc allocate ram
  processor cpu core
  argument param parameter arg option
  setting config option configuration preference
  environment env variable
  command cmd subcommand
  print log debug trace output display
  help usage
  show render draw paint display
  view template render
  colour color style paint
  image picture
  screen terminal console tty
  width columns wide
  height rows tall
  request query call
  response reply answer
  user client caller
  web http request response
  url uri link address href
  route path endpoint url
  header field metadata
  cookie session jar
  body payload content
  media mime content type
  upload multipart form
  verb method
  middleware filter interceptor
  socket tcp connection network
  stream pipe flow
  password credential secret auth token
  login authenticate auth signin authorize
  permission access rights allow
  encrypt cipher crypto tls ssl
  hash digest checksum
  random rand seed entropy
  compress gzip deflate zip
  extract unpack unzip decompress
  database db sql
  table relation
  column field attribute property
  row record tuple document
  transaction tx
  migration schema
  revision version commit
  diff change delta
  function fn def lambda
  class type struct
  module package library
  comment doc docstring remark
  bracket brace parenthesis paren
  whitespace space blank indent
  newline eol linebreak
  test spec assert
  own owner ownership belong
  redirect location forward
  wildcard glob pattern
  regex regexp pattern
  refuse reject deny disallow forbid
  allow permit accept valid legal
  complain error warn
  missing absent lost
  stale outdated newer modified mtime
  rebuild recompile regenerate
  evict purge expire drop oldest lru
  simultaneous concurrent parallel
  several multiple many multi
  ping pong heartbeat keepalive
  slow lag behind stall
  temporary temp tmp scratch
  hidden private secret
  fuzzy typo edit distance levenshtein
  preview snippet excerpt highlight
  placeholder binding substitute interpolate
  namespace schema scope
  indent tab whitespace nesting
  passage fragment segment piece chunk part block
  shallow depth deep
  bundle pack archive
  batch bulk group
  gather collect accumulate aggregate
  emit yield produce
  upstream source producer publisher
  downstream sink consumer subscriber receiver
  destination target dest
  origin source src
  equal same identical
  different differ mismatch
  convert normalize canonical
  capital upper uppercase
  small lower lowercase
  round floor ceil truncate
  estimate approximate guess
  weight score rank priority
  throughput speed rate
  usage statistics stats metric counter
  unsafe insecure weak
  host domain server
  port address bind
  letter character char rune
  line row
  sign signature
  parenthesis bracket group
  plugin extension addon
  annotation decorator attribute
  inherit extend subclass derive
  override overload shadow
  lazy deferred postpone later
  eager immediate
  recursive nested walk traverse visit
  loop iterate each
  condition predicate guard
  permission mode chmod
  symlink link junction
  mount attach
  zero empty null
  half middle mid
  swap exchange
  shrink reduce narrow collapse
  grow expand enlarge widen
  visible shown display
  focus select active
  mouse click pointer cursor
  keyboard key shortcut
  popup dialog modal overlay
  animate transition tween
  spinner progress loading
`;

const GROUPS = groupsByWord();

/** Stems that may stand for a stem, in no order; none for most. */
export function synonymsOf(word: string): ReadonlySet<string> {
  return GROUPS.get(word) ?? NONE;
}

const NONE: ReadonlySet<string> = new Set();

function groupsByWord(): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const line of LINES.trim().split("\n")) {
    const words = line.trim().split(" ").map(stem);
    for (const word of words) groups.set(word, new Set([...(groups.get(word) ?? []), ...words]));
  }
  for (const [word, group] of groups) group.delete(word);
  return groups;
}
