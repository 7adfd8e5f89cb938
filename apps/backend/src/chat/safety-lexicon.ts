/**
 * The words that the safety check knows, for text that `normaliseMessage` has prepared: lower case, no accents, short
 * forms written out ("can't" is "cannot", "he's" is "he is"). English first; for emergencies also Spanish, German,
 * French and Italian, because somebody in distress falls back on his own language.
 */

/** Joins alternatives to one pattern; a long list of words is read more easily one group per line. */
function anyOf(...alternatives: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${alternatives.join('|')})`);
}

/** Somebody is dying, lost, or cut off: an emergency whatever else is said, unless it is theory. */
export const catastrophe = anyOf(
  // consciousness and breath
  '(?:is |was |are |he |she |lies? )?unconscious',
  'unresponsive|not (?:answering|reacting|talking|conscious)|just staring|staring into|will not (?:talk|answer|react)|does not (?:answer|talk|know)',
  'not respond\\w*|does not (?:respond|react|wake|move)|not (?:waking|moving|awake)|will not wake|still not awake|cannot be woken',
  'not breathing|stopped breathing|does not breathe|no breath\\b|no (?:pulse?|heart ?beat)\\b|heart (?:has )?stopped|cardiac arrest|no vitals|diver down\\b|no signs? of life|cpr (?:on|now|right)|doing cpr|is (?:he|she) dead|(?:he|she) is dead\\b|without (?:a )?pulse',
  'cannot (?:really |properly )?(?:breathe|catch (?:my|his|her) breath)|cannot get (?:any )?air|(?:struggl\\w+|fighting) (?:to breathe|for (?:air|breath))|gasping|choking|suffocat\\w+',
  '(?:trouble|difficulty|problems?|hard time) breathing|breathing (?:trouble|difficult\\w*|problems?|fast|is hard)|short(?:ness)? of breath',
  'passed out(?! (?:cards|flyers|leaflets|the|some))|fainted|collapsed(?! lung)|blacked out|black ?out\\b|lost consciousness|knocked out',
  '(?:is|are|was|turn\\w*|went|lips?) (?:turning |going )?(?:kinda |all |going |turning )?blue\\b|blue lips',
  'convuls(?:ed|ing|ions?)|(?:having|had|has) a (?:seizure|stroke|heart attack|fit)\\b|seizing',
  '(?:foam\\w*|froth\\w*|blood) (?:at|on|from|around|coming out of) (?:the|his|her|my) (?:mouth|nose|lips)|gurgl\\w+|pink (?:froth|foam|spit)|(?:cough\\w*|spit\\w*|vomit\\w*|throw\\w* up) (?:up )?blood',
  // water
  '(?:lungs?|ear ?drum) (?:\\w+ )?(?:burst|collapsed|exploded|ruptured|popped)|(?:burst|collapsed|exploded|ruptured) (?:a |my |his |her )lungs?\\b(?! (?:years?|ten|two))|drowning|drowned\\b|inhaled (?:a lot of )?water|swallowed (?:a lot of )?water and|nearly drown\\w*',
  '(?:diver|divers|buddy|friend|partner|son|daughter|he|she|someone|somebody|husband|wife|students?) (?:is|are|has been|went|gone) (?:still )?(?:missing|lost at sea)',
  '(?:lost|missing|cannot find) (?:a|our|my|two|three|one of (?:our|the)) (?:divers?|buddy|friend|partner|student|son|daughter|husband|wife)(?! (?:procedure|drill))\\b(?!.{0,15}procedure)|(?:divers?|buddy) (?:is |are )?missing|missing (?:off|at sea|under ?water)',
  '(?:never|did not|has not|have not|hasnt|didnt) (?:come up|came up|surfaced?|resurfaced?|return\\w*|come back)',
  'nobody has seen|no bubbles|down there for|last seen|(?:one|two|three|a) (?:diver|person|guest)s? (?:short|missing|less|too few)|cannot (?:find|see|locate) (?:one|him|her|them|the (?:boat|others|group)|any(?:body|one)|our|my (?:buddy|wife|husband|son|daughter|friend|partner))|head ?count|search and rescue (?:now|needed)',
  '(?:wrong boat|boat .{0,15}(?:left|gone)|ours (?:has )?left|left (?:us )?behind|current (?:is )?(?:taking|pulling|carrying|sweeping) (?:me|us|him|her|them))|boat (?:left|is gone|has gone|drove (?:off|away))|(?:swept|drifting|drifted|carried|pulled) (?:away|out|off)(?: \\w+){0,3} (?:sea|island|shore|boat|reef now)|drifting out|floating for (?:\\w+ )?hours?|adrift',
  '(?:trapped|stuck|entangled|caught)\\b.{0,40}\\b(?:wreck|cave|net|line|no air|low on air|out of air|fishing)|entangled diver|no air left|running out of air (?:right )?now',
  'boat is (?:sinking|burning|on fire)|fire on (?:our|the|board)|we are sinking|sinking with|capsiz\\w+',
  // injuries
  '(?:massive|heavy|lots? of|bad|severe) (?:bleeding|blood)|bleeding (?:a lot|badly|heavily|out)|(?:shark|sea ?snake|crocodile|moray) (?:bit\\b|bite\\b|attacked)|bitten by|propeller (?:hit|cut|struck)|ran over (?:our|a|the|my)|electrocuted|hit by (?:a |the )?(?:boat|propeller|jet ?ski|cylinder|tank)|(?:need|organi[sz]e|arrange|request) (?:an? )?(?:evacuation|evac|medevac|rescue)\\b(?! (?:course|diver|insurance))|very (?:sick|ill)\\b|in agony|screaming',
  '(?:stung|sting|stings|bite|bit|allergic|lionfish|stonefish|jellyfish).{0,60}(?:breath\\w*|throat|swell\\w+|swollen|faint\\w*|numb|unbearable|insane|terrible|intense|extreme|agony|panic|lips|unconscious)',
  'irukandji|stepped on a (?:stonefish|stingray|sea urchin).{0,40}pain|cone snail stung|(?:barb|spine) (?:is )?(?:stuck )?in (?:his|her|my) (?:chest|neck|stomach|throat|eye)|stingray (?:stabbed|hit)|throat is (?:swelling|closing)|face (?:is )?swelling|anaphyla\\w+',
  // said in so many words
  'mayday|\\bsos\\b|emergency ?!|(?:this is|it is|we have|i have|having) an? (?:\\w+ )?emergency|^emergency\\W*$|(?:please|plz|pls) (?:send |get )?help (?:me|us|now|my|him|her)|^help\\b|send help|help me\\b',
  '(?:kill (?:himself|herself|myself|themselves)|suicid(?:al|e attempt)|end (?:my|his|her) life|want to die|wants to die)',
  '(?:going to|gonna) die|i am dying(?! to)\\b|(?:he|she) is dying(?! to)\\b',
  'heat ?stroke|hypothermi\\w+ .{0,40}(?:stopped|mumbl\\w+|confus\\w+|not)|stopped shivering|carbon monoxide maybe|inhaler is not working',
  'need (?:a |the )?(?:chamber|ambulance|helicopter|coast ?guard|doctor|evacuation|dan number|dan) (?:right |asap |immediately|now|urgently)|(?:chamber|ambulance|coast ?guard|hospital).{0,40}(?:urgent\\w*|immediately|asap|right now|\\bnow\\b)|call who',
);

/** The same in other languages. */
export const foreignCatastrophe = anyOf(
  // after a dive, in any of them: nearly always somebody who is not well
  '(?:nach (?:dem|meinem|unserem|einem) (?:\\w+ )?(?:tauchgang|tauchen)|despues de (?:bucear|la inmersion|mi inmersion|una inmersion)|apres (?:la|ma|notre|une) plongee|dopo (?:l\\W?immersione|la immersione))(?!.{0,40}(?:flieg|flug|volar|vuelo|avion|voler|volare))',
  'no (?:puede|puedo) (?:mover|caminar|hablar|ver)|reagiert nicht|n\\W?arrive plus a|ne (?:peut|peux) plus|antwortet nicht|nicht ansprechbar|kann nicht (?:atmen|mehr)',
  // Spanish
  'ayuda\\b|socorro\\b(?! ?(?:island|mexico))|auxilio|urgen(?:te|cia)\\b|emergencia\\b|no (?:puede |puedo )?respira\\w*|inconsciente|perdio el conocimiento|desmay\\w+|no ha salido|no (?:sube|salio) a la superficie|se (?:ahoga|esta ahogando)|no siento (?:las|los|mis|el|la)|no puedo mover|escupe sangre|tose sangre|(?:hormigueo|dolor en el pecho|entumec\\w+|mareo\\w*|adormecid\\w+)',
  // German
  'hilfe\\b|notfall|bewusstlos|bewu(?:ss|ß)tlos|atmet nicht|keine luft|bekomm\\w* keine luft|ohnmachtig|nicht aufgetaucht|wird vermisst|ertrunken|ertrinkt|(?:meine|die) (?:beine|arme|hande|finger).{0,30}(?:nicht|taub)|brustschmerz\\w*|hustet? blut|kribbeln|lahm(?:ung|ungen)|gelahmt|taubheit\\w*',
  // French
  'au secours|a l\\W?aide|urgence|ne respire (?:plus|pas)|inconscient|perdu connaissance|evanoui|n\\W?est pas (?:remonte|ressorti)|noyade|se noie|noye\\w*|ne sens plus|crache (?:du|le) sang|tousse du sang|fourmillements?|douleur a la poitrine|paralys[ei]\\w*',
  // Italian
  'aiuto\\b|non respira|svenut[oa]|incoscient[ei]|non (?:e|è) (?:risalito|riemerso)|annega|non sento (?:piu )?(?:le|i) |formicolio|dolore al petto',
);

/** Signs of a diving injury; an emergency if somebody has them now or after a dive. */
export const symptom = anyOf(
  'numb(?:ness)?\\b|tingl\\w+|pins and needles|paraly[sz]\\w*|prickling',
  'cannot (?:feel|move|lift|walk|stand|see|hear|pee|urinate|speak|talk|swallow|hold|stop)|(?:legs?|arms?|knees?) (?:gave|giving) way|(?:cannot|does not|not) (?:see|hear) (?:anything|on one|on)',
  'weak(?:ness)?\\b|hardly (?:stand|walk|move|breathe|see|talk)|like jelly|drop(?:s|ping) things|limp(?:s|ing)?\\b|cramp\\w*|twitch\\w*|shak(?:ing|es|y)\\b|shiver\\w*|trembl\\w+|burning|fell asleep|no (?:feeling|strength|control)|falling over|keeps falling|unsteady|balance|heav(?:y|iness)\\b(?! (?:weight|belt|tank|gear|current|rain|traffic))|stiff\\w*|stumbl\\w+|cannot balance|off balance|staggering',
  'dizz\\w+|vertigo|(?:world|room|head|everything) is spinning|spinning\\b|light ?headed',
  'confus\\w+|cannot (?:remember|recall|think|focus|concentrate)|memory|nonsense|keeps (?:asking|repeating)|incoherent|babbl\\w+|drowsy|sleepy|pale\\b|sweat\\w+|clammy|disorient\\w+|slurr\\w+|mumbl\\w+|acting (?:drunk|strange|weird)|lethargic|super sleepy|droop\\w*|personality|not making sense',
  'blurr\\w+|vision|double vision|blind\\b|(?:see|seeing) (?:stars|spots|flashes|black)|tunnel vision|ring(?:s|ing) in|ears? (?:is |are )?ringing|hiss\\w* in|sudden(?:ly)? (?:deaf\\w*|cannot hear)|deafness|voice sounds',
  'chest (?:pains?|hurts?|tight\\w*|pressure)|(?:pressure|pain|tight\\w*|tightness) (?:on|in) (?:my|his|her|the) chest|heart (?:is )?racing|palpitations',
  '(?:joint|shoulder|elbow|knee|hip|wrist|back|muscle|neck|stomach|abdominal|belly|limb|arm|leg|ankle)s? (?:pains?|ach\\w*|hurts?)|pains? (?:in|when|behind)|(?:knees?|elbows?|shoulders?|joints?|hips?|wrists?|back|arms?|legs?)\\b.{0,20}(?:hurts?|hurting|ach\\w+|killing|pain\\w*|sore)|stabbing pain|severe pain|achy',
  'rash\\b|marbl\\w+|mottl\\w+|blotch\\w*|purple (?:patch\\w*|spots?)|itch\\w*|skin bends|crackl\\w+|bubbles under (?:the|my) skin',
  '(?:splitting|severe|pounding|terrible|worst|bad|awful) headaches?|headaches?.{0,30}(?:vomit\\w*|nausea|tingl\\w*|pins|confus\\w*|passed)|head is pounding|headache',
  'vomit\\w*|throwing up|nause\\w+|feel(?:s|ing)? (?:\\w+ )?(?:sick|strange|weird|faint|awful|terrible|unwell|off)',
  'cough\\w*|wheez\\w*|bleeding|bled\\b|blood\\b(?! (?:pressure|thinner|sugar|clot|test|type|group))|hit\\b|swollen|swelling|(?:burning|funny|strange|weird|odd) (?:feeling|sensation)|feels? (?:\\w+ )?(?:wrong|funny|odd|tight|heavy|dead|like)|in pain|hurt(?:s|ing)?\\b|pain(?:s|ful)?\\b|\\bill\\b|fever|eardrum (?:popped|burst)|sudden deafness|exhausted|extremely tired|unusual(?:ly)? tired|fatigue',
);

/** Signs so typical of an injured brain, spinal cord, heart or lung that no dive needs to be mentioned. */
export const graveSymptom = anyOf(
  'numb(?:ness)?\\b|tingl\\w+|pins and needles|paraly[sz]\\w*',
  'cannot (?:feel|move|lift|walk|stand|see|speak|talk|swallow|pee|get up)|legs? (?:gave|giving) way|slurr\\w+|droop\\w*',
  'chest (?:pains?|hurts?|tight\\w*|pressure)|(?:pressure|pain|tight\\w*|tightness) (?:on|in) (?:my|his|her|the) chest',
);

/** The name of the injury, said of a person: "I think I am bent". */
export const suspectedInjury = anyOf(
  '(?:i|we|he|she|they|buddy|friend|partner|wife|husband|son|daughter|diver) (?:think |thinks |might |may |could |must |probably )*(?:i |he |she |we )?(?:am|is|are|be|got|getting|has|have|had)? ?(?:the )?\\b(?:bends?|bent|dcs|dci|decompression (?:sickness|illness)|embolism)\\b(?! (?:before|last|in \\d{4}))',
  '(?:i|he|she|we|they) (?:think|thinks|might|may|must)\\b.{0,12} ha(?:ve|s) it\\b|(?:could|can|might) (?:it|this|that) be (?:the bends|dcs|dci|decompression)|(?:took|taken|got) a hit|diver bent|suspected (?:dcs|dci|bends|decompression|embolism)|treat the bends at home|recompress (?:him|her|me|myself)',
);

/** Somebody did come out of the water badly, or is in it. */
export const accident = anyOf(
  '(?:came|come|went|gone) up (?:\\w+ ){0,5}(?:in one go|without (?:a |any )?stops?|straight|directly)|straight to the surface|blew off|ran out of (?:air|gas)\\b.{0,60}(?:surface|bolted|ascen\\w+|now)|swallowed water|shot (?:up )?(?:to|from)|bolted to the surface|(?:came|come|went) up too (?:fast|quickly)|rapid ascent|uncontrolled ascent|held (?:my|his|her) breath (?:coming|on the way|while|during)|without (?:breathing out|exhaling)',
  '(?:missed|skipped|omitted|blew)\\b.{0,25}\\b(?:deco|stops?)\\b|bad air|too much co\\b|co poisoning|carbon monoxide|tasted of (?:exhaust|oil|fumes)',
);

/** It happens now, or has to do with a dive that has been made. */
export const afterDive = anyOf(
  '(?:after|since|following|from|post)\\b.{0,40}\\b(?:div(?:e|es|ed|ing)|dove|surfac\\w*|ascen\\w+|freediv\\w+|training|water|came up|got up|sunday\\w*|monday\\w*|yesterday\\w*)',
  '(?:just|have|has|had)? ?(?:surfaced|come up|came up|coming up|dived|dove|dived)\\b|got out of the water|out of the water|on the surface|at the surface|while still in the water',
  '(?:dived?s?|diving|dove)\\b.{0,15}\\b(?:today|this (?:morning|afternoon|evening)|yesterday|tonight|earlier|last night)|(?:today|yesterday|this (?:morning|afternoon)|sunday)\\W?s?\\b.{0,20}\\b(?:dives?|diving|deep)',
  'right now|\\bnow\\b|(?:minutes?|hours?|mins?|hrs?|days?|day) (?:ago|after|later)|on (?:the|our|a|my) (?:dive )?(?:boat|deck|liveaboard|plane|ascent|flight)|days? after diving|back from',
);

/** Nothing but a mention of diving: enough only together with somebody in particular. */
export const mentionsDive = anyOf('ascent|div(?:e|es|ed|ing)\\b|dove\\b');

/** Somebody in particular. */
export const person =
  /\b(?:i|me|my|we|us|our|he|him|his|she|her|they|buddy|buddies|friend|freind|partner|wife|husband|son|daughter|dad|mom|mum|father|mother|diver|student|guide|instructor|girlfriend|boyfriend|guy|someone|somebody|mate|kid|child|year old)\b/;

/** It is asked for a course, out of curiosity, for a booking: about emergencies, not in one. */
export const theory = anyOf(
  '(?:for|in|of|during) (?:my|the|a|an|our)?\\s?(?:\\w+ ){0,4}(?:theory|exam|course|class|homework|test|quiz|assignment|lesson|manual)|theory\\b|homework|stud(?:y|ying)\\b|assignment|by the book|physics question|just curious|curious how|for my (?:course|exam|emergency card)|para mi curso|fur (?:meinen|den) kurs|pour mon cours',
  '^(?:so |and |hi |ok |hey )?(?:what (?:is|are|does|do|happens|causes|types?)|explain|define|list|describe|difference|meaning of|how (?:do|does|can|are) (?:dolphins|whales|rescue divers|you treat|a )|why (?:do|does|did|is|are|should)|how many|how likely|how much|how often|how safe|is there|are there|where|which|does|book|movie|job)\\b',
  '(?:exercise|drill|procedure|training|practi[cs]e|skill|scenario|simulation|technician|tourist|insurance|membership|validity|price|cost|story|history|reputation)\\b',
  'c\\W?est quoi|que es\\b|was ist\\b',
);

/** "What is the bends? I have it right now": theory is no excuse then. */
export const notTheory = anyOf(
  '(?:i|he|she|we|they|buddy|friend) (?:think|thinks|believe|might|may) (?:i|he|she|we|it|they|have|has)|right now|for real|not (?:for )?a (?:course|drill|exercise)|i (?:just )?have it|\\bnow\\b[ !?.]*$',
);

/** Something of the past, and the wish to dive again: for a physician, not for an ambulance. */
export const past = anyOf(
  '(?:years?|months?) ago|in (?:19|20)\\d\\d|last (?:year|month)|as a child|childhood|in (?:january|february|march|april|may|june|july|august|september|october|november|december)',
);
export const asksPermission = anyOf(
  '(?:can|may|could|should|am|is|are|will|would|when) (?:i|he|she|we|my \\w+|scuba|diving|it)\\b.{0,30}\\b(?:div\\w+|scuba|possible|allowed|again|ok|safe|off the table)',
);

/** It comes back time and again: a question for a physician, unless it is a catastrophe. */
export const recurrent = anyOf('(?:always|usually|often|(?:after|on|with) (?:most|every|each))');

/** Conditions, medicines and treatments that make a question one for a physician. */
export const medicalTopic = anyOf(
  'erkaltung|erkaltet|schnupfen|resfriado|hay fever|nasal spray|antihistamin\\w*|clotting|irregular heart\\w*|heart ?beat|heart murmur|blood sugar|hip replacement|knee replacement|prosthe\\w+|amput\\w+|botox|tylenol|advil|lithium|on the pill|birth control|contact lenses|eye (?:surgery|operation)|retainer|tmj|braces|diagnos\\w+|disorder|syndrome|(?<!caisson |coral )disease|condition\\b(?!s)|illness(?! (?:\\?|as))|transplant\\w*|dialysis|thyroid|lupus|osteo\\w*|rheum\\w*|gout|prostate|endometri\\w*|ivf|vasectomy|catheter|injections?|vaccine|appendi\\w+|tonsil\\w*|asthma\\w*|inhaler|pregnan\\w*|embarazad\\w*|schwanger\\w*|enceinte|asma|rhume|breast ?feed\\w*|c.section|my period|copd|emphysema|pneumo\\w+|collapsed lung|one lung|bronchitis|tuberculosis|covid|flu\\b|have a cold\\b|with a cold\\b|head cold|sinus\\w*|ear ?(?:infection|ache|drops)|ears? (?:still )?(?:feel |are |is )?(?:blocked|hurt\\w*|ach\\w*)|tubes in my ears|swimmers? \\W?ear|swimmer\\W?s ear|tinnitus|meniere\\w*|perforated|eardrum|hearing aid|nose ?bleeds?|headaches?|migraines?',
  'heart (?:attack|disease|condition|problems?|surgery|failure|rhythm)|pacemaker|stent|pfo\\b|blood (?:pressure|thinners?|clot)|bluthochdruck|cholesterol|hypertens\\w*|140/90|sickle cell|stroke\\b|aneurysm|anaemia|anemia|thrombosis|arrhythmi\\w*',
  'diabet\\w*|insulin|epilep\\w*|seizure free|seizures?\\b.{0,20}(?:years|ago)|\\bms\\b|multiple sclerosis|concussion|brain surgery|faint (?:sometimes|easily)|scoliosis|back pain|slipped disc|broken (?:rib|arm|leg|bone)|arthritis|glaucoma|cataract|lasik|crohn\\w*|reflux|kidney stone|hernia|stoma\\b|cancer|chemo\\w*|hiv\\b|hepatitis|implants?\\b|stitches|tattoo|tooth (?:infection|extraction|ache)|wisdom tooth|stress test|130 kg|obes\\w+|allerg\\w+',
  'anxiety|panic attacks|depress\\w*|adhd|bipolar|ptsd|autis\\w*|schizo\\w*|psych(?:iatric|osis)\\w*|claustrophobi\\w*',
  'medic(?:ation|ine|ament\\w*|ines|ations)|medikament\\w*|antidepress\\w*|sertraline|ssri|beta ?blockers?|sudafed|pseudoephedrine|decongestants?|antibiotics?|malaria tablets?|lariam|doxycycline|ritalin|xanax|aspirin|ibuprofen|paracetamol|painkillers?|dramamine|scopolamine|ginger pills|codeine|cannabis|viagra|warfarin|steroids?|what dose|which (?:ear drops|cream|pill|tablet|medication)|cream should',
  '(?:surgery|operation|operated)\\b|treated in a chamber|had (?:decompression sickness|dcs|the bends)|prevent dcs|(?:will i|i) pass the medical|sign off my medical|clear me to dive|(?:on|skip) the (?:medical|doctor|form|questionnaire)|medical condition|fit to dive|declare my|treat (?:a |an |my )?(?:\\w+ ){0,2}(?:sting|rash|ear|wound|cut|burn)|(?:sting|rash|spine|sting)\\W?.{0,40}(?:last (?:week|holiday|trip)|vinegar|get it out|put on)|vinegar or hot water|jellyfish sting\\b|trying to get pregnant|giving birth|gave birth|hole in (?:my|his|her) heart|(?:i|he|she) (?:take|takes|use|uses|is on|am on) \\w+ (?:daily|every|twice|once|tablets?|pills?|for|regularly)|doctor (?:found|says|said|told|diagnosed)|(?:bad|weak|injured) (?:knee|back|shoulder|ankle|heart|lungs?)',
);

/** A word of the list above that means something else. */
export const notMedical =
  /\b(?:pregnant seahorse|seahorse|insurance|vaccinations?|hospital in|hotel|first aid course|symptoms? of (?:dcs|the bends)|medical form do i need|questionnaire\?|download|certificate|is it called|how long is a diving medical)\b/;

/** A part of the body: mentioned by somebody after a dive it is a complaint, whatever the words for it are. */
export const bodyPart =
  /\b(?:legs?|thighs?|calf|calves|groin|ribs?|cheeks?|jaw|tongue|nose|sides?|arms?|hands?|fingers?|foot|feet|toes?|knees?|elbows?|shoulders?|hips?|wrists?|ankles?|back|spine|neck|heads?|face|lips?|mouth|eyes?|ears?|lungs?|chest|heart|belly|stomach|abdomen|skin|throat|joints?|muscles?|body|balance|speech|voice|vision|hearing)\b/;
