"""Sentence patterns, and the word lists that fill them: concrete words, rich in lip sounds."""

from visavis.studio.rhymes import RHYMING

_PEOPLE = """
    my brother|my mother|Bob|Barbara|Maya|Peter|Emma|Pam|Sophie|Victor|Hugh|Joyce|Roy|Faith|Jim
    Shirley|Chloe|Thomas|Abby|Mabel|Oliver|George|Beth|the baker|the pilot|the mayor|the plumber
    the boy next door|a member of the team|the new manager|the captain|a young woman|our neighbour
    the vice president|the bus driver|her father|their uncle|the museum guide|a famous painter
    the judge|the chef|an old farmer|the whole family|a few people|both of them|everyone|nobody
    a small bird|the puppy|that big brown bear|our beloved cat|the white rabbit|a pair of doves
"""
_ADJECTIVES = """
    big|small|blue|purple|broken|empty|heavy|bumpy|marble|bamboo|simple|public|beautiful|paper|warm
    wooden|yellow|orange|rough|smooth|thick|thin|cheap|shiny|ugly|huge|tiny|fresh|frozen|visible
    humble|plump|bubbly|vivid|weird|proper|noisy|quiet|royal|bitter|sweet|sharp|favourite|usual
    unfamiliar|modern|ripe|pale|perfect|awful|fabulous|rubber|copper|silver|velvet|summer|amber
"""
_THINGS = """
    map|box|boat|umbrella|piano|cup of coffee|bottle of water|lamp|pump|apple pie|bag of plums
    button|pepper|bubble|blanket|football|microphone|camera|computer|phone|book|album|ribbon
    pumpkin|wheel|bridge|rope|mop|broom|cupboard|television|bathtub|potato|mushroom|tomato|jam
    sandwich|shovel|violin|trophy|envelope|feather|vase|garage|treasure|chair|jug|cheese|shelf
    thimble|wreath|path|leather jacket|clothes|oyster|toy|coin|boiler|towel|crown|cloud|flower
    house|loudspeaker|worm|bird cage|purse|shirt|number|problem|message|picture|poem|postcard
    stamp|trumpet|drum|tambourine|basket of berries|bowl of soup|poppy|rainbow|beam|volume knob
"""
_MOVES = """
    moved|bought|brought back|broke|dropped|picked up|put away|painted|built|borrowed|mended|kept
    measured|pushed|pulled|washed|wrapped|chose|found|described|admired|forgot|photographed|lifted
    carried|ignored|shared|weighed|threw away|repaired|promised us|showed me|imported|emptied
    removed|polished|remembered|mapped|poured out|prepared|bumped into|voted for|laughed about
"""
_ACTS = """
    move|buy|bring back|drop|pick up|put away|paint|build|borrow|mend|keep|measure|push|pull|wash
    wrap|choose|find|describe|admire|photograph|lift|carry|ignore|share|weigh|show me|empty|remove
    polish|remember|pour out|prepare|open|look at|point at|compare|save|improve|play with|jump over
"""
_PLACES = """
    by the river|in the lobby|under the bridge|above the harbour|behind the museum|on the beach
    near the old mill|at the bus stop|in February|beside the pub|in the upper room|from the village
    between the maps|on the balcony|at the farm|on the ship|in the office|outside the church
    in the library|over the mountain|across the valley|through the tunnel|at the airport|on the moon
    in the dark basement|on a warm beach|at the top of the tower|in the north of Europe|at home
    along the muddy path|in our bathroom|on top of the wardrobe|next to the pumping station
"""
_TIMES = """
    this morning|every Thursday|before lunch|after breakfast|in November|at half past five|at noon
    tomorrow|last September|by the end of May|for a week|on my birthday|since Monday|twice a month
    at the moment|about an hour ago|three times a day|all summer|in the evening|at the weekend
    once upon a time|in a moment|on the fifth of July|from time to time|as usual|perhaps a bit later
"""
_MANNERS = """
    slowly|happily|probably|with both hands|for fun|by accident|without a map|very carefully
    as fast as possible|with much pleasure|in complete silence|humbly|on purpose|with a big smile
    rather badly|somehow|in a bad mood|with a bit of help|bravely|more or less by chance|together
"""
_FEELINGS = """
    happy|puzzled|amazed|a bit bored|very proud|fully prepared|somewhat embarrassed
    unbelievably calm|ashamed|cheerful|rather thirsty|hopeful|above all amused
    terribly worried|quite comfortable
"""
_TOPICS = """
    the weather|your appointment|the summer programme|our opening times|public transport|the museum
    parking|the membership card|breakfast|the map of the building|the next performance|music
    mobile phones|the boat trip|shopping|history|the vegetable market|a possible problem|football
    the price of the ticket|computer games|voice and video|the usual procedure|mathematics|health
"""
_NUMBERS = """
    two|three|four|five|six|seven|eight|nine|eleven|twelve|thirteen|fourteen|fifteen|twenty
    twenty-one|thirty-five|forty-four|fifty-six|sixty-seven|seventy-eight|eighty-nine|ninety-five
    a hundred|five hundred|about a thousand|a million|one hundred and twenty
"""
_PLURALS = """
    maps|boxes|boats|bubbles|plums|pumps|bears|puppies|people|members|books|buttons|pebbles|poems
    visitors|children|teachers|vans|waves|wolves|sheep|geese|fish|chips|cherries|mushrooms|thieves
    measures|garages|oysters|toys|boys|voices|clouds|houses|mouths|months|baths|worms|birds|purses
    ships|judges|bridges|watches|umbrellas|bananas|tomatoes|problems|questions|weeks|pyjamas|apples
"""
_OPENERS = """
    Good morning|Hello there|Welcome back|Oh my|Well|Maybe|To be honest|Please|By the way|Of course
    Believe me|As a matter of fact|Above all|I am afraid|Wow|Hmm|You know|In my opinion|Obviously
    Fortunately|Just imagine|My goodness|Bravo|Perhaps|Remember|No problem|Yes|Absolutely|Hooray
"""

_LISTS = {
    "person": _PEOPLE,
    "adj": _ADJECTIVES,
    "thing": _THINGS,
    "moved": _MOVES,
    "act": _ACTS,
    "place": _PLACES,
    "time": _TIMES,
    "manner": _MANNERS,
    "feeling": _FEELINGS,
    "topic": _TOPICS,
    "number": _NUMBERS,
    "plural": _PLURALS,
    "opener": _OPENERS,
}

LEXICON = {
    slot: tuple("|".join(lines.strip().splitlines()).replace("    ", "").split("|"))
    for slot, lines in _LISTS.items()
} | {"rhyme": RHYMING}
"""Slot name to its words."""

_PATTERNS = """
    {person} {moved} the {adj} {thing} {place}.
    {person} {moved} the {thing} {manner}.
    {time}, {person} {moved} a {adj} {thing}.
    {person} and {person} {moved} {number} {adj} {plural} {time}.
    Could you {act} the {adj} {thing} for {person}?
    Please {act} the {thing} {place}, and then {act} the {plural}.
    Why would {person} {act} {number} {plural} {place}?
    Did {person} really {act} the {adj} {thing} {time}?
    {opener}, I can help you with {topic}.
    {opener}, may I tell you about {topic}?
    {opener}, {person} {moved} my {thing} again!
    Where did you {act} the {adj} {plural}?
    There were {number} {plural} {place}, and {person} {moved} them all.
    {person} felt {feeling} because the {thing} was {adj}.
    {person} looked {feeling}, but {person} looked {feeling}.
    Never {act} a {adj} {thing} {manner}.
    Let us {act} the {plural} {manner} and talk about {topic}.
    You will find {number} {adj} {plural} {place}.
    If you want to {act} the {thing}, come back {time}.
    {person} might {act} the {adj} {thing}, or maybe the {thing}.
    What a {adj} {thing}! Who {moved} it {place}?
    The {adj} {thing} belongs to {person}, not to {person}.
    Do you prefer the {adj} {thing} or the {adj} {thing}?
    {number} {plural}, {number} {plural}, and one {adj} {thing}.
    {person} asked about {topic} {time}.
    For {topic}, press the {adj} button {place}.
    We have to {act} {number} {plural} before {person} comes home.
    I hope that {person} did not {act} the {thing} {place}.
    {opener}! {person} says that the {thing} is {adj}.
    My {thing} is {adj}, my {thing} is {adj}, and I am {feeling}.
    Whenever {person} talks about {topic}, people become {feeling}.
    No one {moved} the {plural}, so they stayed {place} {time}.
    Thank you for waiting. Now we can {act} the {thing}.
    Both the {thing} and the {thing} were {adj} {time}.
    I would rather {act} {number} {adj} {plural} than {act} one {thing}.
    Imagine {number} {plural} {place}, all of them {adj}.
    Mind the {adj} {thing}, please.
    {opener}, that is {adj}.
    Maybe. Maybe not.
    {person} {moved} it.
    Pop, bump, boom, and the {adj} {thing} fell {place}.
    Ma, pa, ba. Me, pee, bee. Moo, {thing}, boo.
    Show {person} the {plural}; {person} can {act} them {time}.
    How many {plural} can {person} {act} {manner}?
    {rhyme}, {rhyme}, {rhyme}, and {rhyme}.
    {rhyme} {rhyme} {rhyme} {rhyme} {rhyme}.
    The {rhyme} {rhyme} took a {rhyme} {rhyme} from the {adj} {rhyme}.
    Look, {person} could {rhyme} the {rhyme} {thing}.
    Would a {rhyme} {rhyme} the {rhyme} {place}?
    {person} {moved} a {rhyme} {rhyme} and a good {rhyme}.
    {rhyme} and {rhyme} {rhyme} the {rhyme} of a {adj} {rhyme}.
    A {rhyme} is not a {rhyme}, but both of them {rhyme} in the {rhyme}.
    {opener}, {rhyme} the {rhyme} {rhyme} {manner}.
    Put {number} {rhyme} {plural} full of {rhyme} on the {rhyme}.
    {rhyme} {moved} {rhyme} {time}, said the {rhyme}.
    Each {rhyme} should {rhyme} my {rhyme} for the {rhyme} {rhyme}.
    Not {rhyme}, not {rhyme}: {rhyme} {rhyme} it was.
    Your {rhyme} has {rhyme} to a {rhyme} {thing} past {rhyme}.
"""

PATTERNS = tuple(line.strip() for line in _PATTERNS.strip().splitlines())
"""Sentences with slots in braces."""
