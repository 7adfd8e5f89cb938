import { anyPattern } from './safety-words.js';

/**
 * How something is said: as a question out of the book, as a story, as a plan, or as what has just happened to somebody.
 * Frames excuse a sentence with alarming words, and what excuses them back is a report.
 */

/** A statement about somebody in particular: "my arm is", "we surfaced", "why is his face", not "if my buddy is". */
export const report = anyPattern(
  '(?<!\\b(?:if|when|whenever|whether|do|does|did|can|could|should|would|may|will|before|until|once|suppose|must|shall|might|case|how|since when|once) ) (i|he|she|we|they|(?:<poss>|the|this|one|another|one of (?:my|our|the)) (?:\\S+ ){0,2}(?:<kin>|<part>)|<kin>) ~1 (am|is|was|are|were|has|had|have|cannot|did not|does not|will not|feels?|felt|feeling|got|gets|keeps?|kept|just|came|went|lost|started|woke|surfaced|passed|blacked|collapsed|shot|stopped|suddenly|still|now|complain\\w*|says|said|looks?|seems?|think|thinks|stepped|stung|touched|skipped|missed|ran|dived|dove|did|ascended|hurts?|aches?|not|never|fell|hit|swallowed|held|threw|coughed|tingl\\w*|burns?|hurting|shaking|turned|blew|can|made|noticed|began|took|came|complains|wants|drifted|finished|noticed|ate|breathed|flew|\\w+(?:ing|ed)|bolted|might|may|must|need|needs)',
  '(why|is|are|does|do|did) ~1 (my|his|her|our) ~2 (<part>|<kin>|vision|speech|balance|pee|sight|hearing|skin|ears?)',
  '(why) ?(am|is|are|does|do|did) (i|he|she|we|they) ~1 (feel\\w*|keep\\w*|still|so|having|getting|have|see\\w*|hear\\w*|look\\w*|dizzy|\\w+ing)',
  '(my|his|her) ~2 (<part>|<kin>) ~1 (is|are|hurts?|feels?|aches?|has|have|cannot|not|stopped|started|went|tingl\\w*|numb|just|keeps?|won|will|did|does|got|was)',
  '(am i|is he|is she|are we|is my) ',
  '(should|must|do|shall|need) i ~1 (worry|be worried|be concerned|call|go|see|ring|take|get|wait|tell|sleep|wake|drive|put|let|be scared|panic)',
  '(is it|is this|is that|that) ~1 (normal|ok|okay|bad|serious|dangerous|common|anything|something) ~3 (i|my|he|she|his|her|we)',
);

/** It happened just now, or is still happening. */
export const recent = anyPattern(
  '(now|today|tonight|right now|currently|presently|still|yesterday\\w*|todays|suddenly|just|ago|meanwhile|already|yet)',
  '(this|since this|last|yesterday) (morning|mornings|afternoon|afternoons|evening|arvo|night|nights|noon|weekend)',
  '(minutes|hours?|days?|day) (ago|after|later|since)',
  '(half an|an|one|two|a|few|\\d+) (hours?|minutes|days?) ~1 (ago|after|later|since)',
  '(woke|wake|waking) up',
  '(since|started|starting|began|came on|ongoing)',
  '(after|from|during|on) (the|my|our|his|her|that|this|last|todays|yesterdays) ~3 (dive|dives|diving|ascent)',
  '(getting|got|gets|become|becoming) (worse|stronger|bigger)',
  '(going|do) on',
  '(what|how) (should|shall|can|must|do|to|now) ?(i|we|do) ?(do)',
  '(help|please help|emergency)',
  '(on|in|at|back (?:on|at|in|to)) (?:the|our|a|my|this) ~1 (boat|deck|liveaboard|beach|plane|shore|dinghy|rib|hotel|room|island|dock|jetty|water|airport|taxi|bus|resort|cabin|hostel|pool|car|bed|pier|flight|dive)',
);

/** Somebody has been under water. */
export const tookDive = anyPattern(
  '(after|since|following|post|from|during|on|in|finishing|finished|before|until|till) ~4 (div(?:e|es|ed|ing)|dove|surfac\\w*|ascen\\w*|freediv\\w*|training|water|came up|got up|coming up|snorkel\\w*|plunge|immersion|tanks?|stop|descen\\w*|depth|deco|sunday\\w*|monday\\w*|tuesday\\w*|wednesday\\w*|thursday\\w*|friday\\w*|saturday\\w*|yesterday\\w*|got out|get out|got back|safety stop|scuba|liveaboard|trip)',
  '(surfaced|surfacing|resurfaced|dived|dove|ascended|descended|dives?|divng|snorkelled|snorkeled|freedived)',
  '(came|come|comes|coming|got|get|getting|went|climbed|back|been) (up|out|down|under|back)',
  '(out of|in|under|left|exited|into) the (water|sea|ocean)',
  '(at|to|from|below|past|of) \\d+ ?(m|meters?|metres?|ft|feet|mtr|mts)',
  '\\d+(m|ft)',
);

/** After a dive that was made: what is told then is no plan. */
export const afterDive = anyPattern(
  '(after|since|following|post|from|during|ever since|surfacing from) ~4 (div(?:e|es|ed|ing)|dove|surfac\\w*|ascen\\w*|freediv\\w*|came up|got up|coming up|got out|plunge|immersion|safety stop|tank|tanks|bucear|snorkel\\w*)',
);

/** Diving is spoken of. */
export const mentionsDive = anyPattern(
  '(diving|scuba|freediving|underwater|ascent|descent|safety stop|deco|nitrox|regulator|tank|wetsuit|depth|fins?|mask|snorkel\\w*|dive)',
);

const questionWords =
  /^ (?:(?:so|and|hi|hello|hey|ok|okay|well|also|but|just|quick question|question|please|pls|btw|out of interest|newbie question|silly question|dumb question|hi there|good morning|good evening|guys|curious|wondering|just wondering|just curious|i was wondering|i wonder|thanks|can you tell me|could you tell me|tell me|do you know|im wondering|i am wondering|can you explain|could you explain|please explain|explain|in general|generally|for beginners|as a beginner|theoretically|hypothetically|one thing) )*(?:what|whats|which|how|why|when|where|who|is|are|was|do|does|did|can|could|should|would|may|explain|describe|list|define|difference|differences|teach|give|show|recommend|name|compare|summari[sz]e|suggest|any|tips|best|symptoms?|signs?|causes?|types?|meaning|definition|overview|information|info|treatment|prevention|risks?|i (?:want|would like|need|am trying|wish|plan|hope) to (?:learn|know|understand|read|take|do|become|get certified|book|sign up)|looking for|i am (?:studying|learning|reading|preparing|writing|doing a course|planning|taking))\b/;

/** Whether a sentence asks how things are in general. */
export function asksInGeneral(sentence: string): boolean {
  return questionWords.test(sentence);
}

/** "if my buddy panics", "what would you do", "in case of". */
export const hypothetical = anyPattern(
  '(if|in case|in the event|suppose|supposing|imagine|imagining|hypothetical\\w*|assuming|assume|unless|lest|in the unlikely|would happen|should ~2 (?:happen|get|become|run|lose)|worst case|what happens when|when (?:a|an|divers?|someone|somebody|you|people|your))',
  '(what|how|who) (would|to do when|do you do when|does one|do you|should you|should a|should one|do divers|do instructors|do guides|do rescue)',
  '(afraid|scared|fear|terrified|worried|nervous|anxious|phobia|dread|paranoid|nightmares?|dreams?|dreamt|anxiety) ~4 (of|about|that|to|if|i (?:will|might|would|could)|getting|drowning|sharks?|running)',
  '(what if)',
);

/** About emergencies, not in one: to avoid them, to learn about them, to be insured against them. */
export const learning = anyPattern(
  '(avoid\\w*|prevent\\w*|reduce|reducing|minimi[sz]e|lower|protect|risks? of|risk factors?|chances? of|likelihood|odds|probability|how likely|how common|how rare|danger of|safest|precautions?|susceptible|prone)',
  '(signs?|symptoms?|causes?|stages?|types?|treatment|treatments|definition|meaning|mechanism|physiology|difference|differences|pathology|management|statistics|recogni[sz]\\w*|identify) ?(and \\w+) (of|for|between|behind|are)',
  '(exam|exams|quiz|homework|assignment|theory|studying|essay|thesis|presentation|lecture|flashcards?|syllabus|textbook|manual|paper|question bank|module|elearning|e learning|curriculum|coursework|logbook question|briefing|lesson|knowledge review)',
  '(for|in|of|during|on|at|from|our|my) ~3 (course|class|courses|training|workshop|idc|certification|dmt|divemaster course|refresher)',
  '(exercise|exercises|drill|drills|scenario|scenarios|simulat\\w*|skill|skills|practi[cs]e|practi[cs]ing|role ?play|rehears\\w*|procedure|procedures|protocol|protocols|technique|techniques)',
  '(movie|film|book|novel|documentary|podcast|article|news|blog|story|stories|episode|youtube|video|videos|netflix|song|game|poem|quote|legend|museum|history|historical|series|report about|trivia|read|heard|watched)',
  '(insurance|insured|policy|cover|covers|covered|coverage|membership|price|prices|cost|costs|cheap\\w*|fee|fees|salary|job|jobs|career|technician|reputation|famous|validity|certificate|rental|rent|buy|recommend\\w*|brand|review|reviews|discount|booking|refund|cancel\\w*|itinerary|ticket)',
  '(dolphins?|whales?|turtles?|seals|fish|animals|cats?|dogs?|pets?|seahorses?|penguins?|manatees?) ~2 (get|avoid|drown|suffer|breathe|bends|sleep|die)',
  '(do|does|can|could|how|why|did) (dolphins?|whales?|turtles?|seals|fish|animals|sea \\w+|octopus\\w*|sharks?|penguins?)',
  '(course|courses|class|classes|certification|certified|idc|specialty|efr)',
  '(course|courses|specialty|training|workshop|class) ~4 (teach\\w*|cover\\w*|help\\w*|learn\\w*|include\\w*|for|about|is|are|would|should|next)',
  '(explain|describe|define|tell me about|teach me|tips|any advice|advice|reset|ideas|suggestions?|like i am (?:five|5))',
  'who (was|were) the',
  '(learn\\w*|teach\\w*|taught|studied|study|know) ~2 (about|how|more|the signs)',
);

/** A thing of long ago. */
export const longAgo = anyPattern(
  '(years?|months?|decades?|seasons?|weeks) (ago|back|before|earlier)',
  '(last|previous|past) (year|month|season|summer|winter|spring|autumn|fall|decade|trip|holiday|vacation|years)',
  '(in|since|back in|until|from) ?(early|late) (?:19|20)\\d\\d',
  '(in|last) (january|february|march|april|june|july|august|september|october|november|december)',
  '(as a|when i was a|since) (child|childhood|kid|teenager|baby|student)',
  '(childhood|used to|once had|history of|had ~2 (?:before|in the past)|in the past|back then|long ago|ages ago|a while ago|previously|formerly|at school|when i was (?:young|little|\\d+))',
);

/** What ties an old story to this day. */
export const thisDay = anyPattern(
  '(right now|today|todays|tonight|still|this morning|this afternoon|this evening|minutes|hours? ago|yesterday|since this|just now|just surfaced|again now|help)',
);

/** It comes back time and again: a question for a physician, unless it is critical. */
export const recurring = anyPattern(
  '(always|usually|often|sometimes|occasionally|frequently|regularly|constantly|every time|each time|whenever|tend|tends|tendency|chronic|for years|for months|all my life|since birth|recurring|most dives|every dive|each dive|prone|generally)',
);

/** Plans a dive that has not been made: may one, with this? */
export const asksPermission = anyPattern(
  '(can|may|could|should|am|is|are|will|would|when|allowed|safe|ok|okay|possible|able|fit|advisable|wise|how long|how soon|permitted|good idea|fine) (it|i|he|she|we|you|one|someone|people|my \\S+|diving|there|a \\S+|to) ~5 (dive|diving|scuba|snorkel\\w*|freedive|freediving|get certified|certified|allowed|fly|learn to dive|open water|go (?:in|under|down|deep\\w*)|try dive|do the (?:course|\\w+)|discover scuba|back in the water|again|pass the medical)',
);

/** It is about what one wears or carries. */
export const equipment = anyPattern(
  '(gloves?|boots?|booties|fins?|wetsuits?|drysuits?|dry suit|hood|mask strap|strap|bcd|harness|mouthpiece|regulator|weight ?belt|undersuit|inflator|battery|computer|octopus|camera|housing|torch|neoprene|rash ?(?:guard|vest)|suit|zipper) ~9 (which|best|recommend\\w*|thicker|size|mm|fit|buy|adjust\\w*|loose\\w*|service\\w*|fix|repair|brand|replace\\w*)',
  '(which|best|recommend\\w*|thicker|size|buy|adjust\\w*|loose\\w*|service|fix|repair|brand|replace) ~9 (gloves?|boots?|booties|fins?|wetsuits?|drysuits?|dry suit|hood|mask|strap|bcd|harness|mouthpiece|regulator|weight ?belt|undersuit|inflator|battery|computer|camera|neoprene|rash ?(?:guard|vest)|suit)',
);

/** Somebody in particular. */
export const somebody = anyPattern('(<who>|<poss>)');

/** A question out of worry. */
export const worried = anyPattern(
  '(what it means|does it mean|normal|worry|worried|worrying|concern|concerned|concerning|serious|dangerous|sign of something|bad sign|ok|okay|go away|wear off|get checked|see a doctor|coincidence|go to (?:the )?(?:hospital|doctor|chamber|er|a doctor)|call|bad|sleep it off|just sleep)',
);

/** "What if he is not breathing": imagined in form only. */
export const stateOfOne = anyPattern(
  'what (it means|does it mean) (if|when) ~3 (comes up|come up|surfaces|came up|surfaced|got out)',
  'if (?:my|his|her) ~1 <part>',
  'if ?(my|our|his|her) ~1 (he|she|<kin>) (is|has|cannot|will not|does not|are|keeps)',
);

/** A part of the body: after a dive it is a complaint, whatever the words for it are. */
export const bodyPart = anyPattern(
  '(<part>|speech|voice|balance|vision|hearing|memory|words|eyesight|feeling|pulse|walking|talking)',
);

/** Where somebody is who has been, or soon will be, in the water. */
export const onBoard = anyPattern(
  '(on|in|onto|at) ?(the|our|a|this|my) ~1 (boat|deck|liveaboard|dinghy|rib|zodiac|ship|shore|beach|jetty|pier|water|sea|dock|swim step|platform)',
);

/** Pleasant or practical matters: what is told of them is no complaint. */
export const harmless = anyPattern(
  '(fun|great|awesome|amazing|loved|love|enjoyed|happy|wonderful|beautiful|fantastic|best|excited|saw|spotted|passed|certified|booked|booking|planning|plan|prefer|trip|course|price|refund|hotel|ideas|tips|trim|technique|buoyancy|warm|recommend\\w*|which|where|log|logged|license|licence|photos?|equali[sz]\\w*)',
);

/** All frames by name: what the learnt model sees of the way something is said. */
export const frames = {
  report,
  recent,
  tookDive,
  afterDive,
  mentionsDive,
  hypothetical,
  learning,
  longAgo,
  thisDay,
  recurring,
  asksPermission,
  equipment,
  somebody,
  worried,
  stateOfOne,
  bodyPart,
  onBoard,
  harmless,
};
