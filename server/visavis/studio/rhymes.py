"""Words of one syllable, most of them without a meaning: every vowel beside every consonant.

Five hundred words of a lexicon leave whole corners of speech unheard: a listener that met /ʊ/ in
"book" alone took "the cook took a hook" for something else. Voices read these by rule, and tell
with what sounds.
"""

_ONSETS = """
    p b m f v w t d k g th s sh ch j z n l r y h pl bl fl kl gl sl pr br fr tr dr kr gr
    thr shr sp st sk sw tw sm sn qu
"""
_RHYMES = """
    eep eet eed eek eam een eave each eese eel eeth
    ip it id ick im in ill iss ish itch ing ift
    ape ate ade ake ame ane ave ale ace aid
    ep et ed eck em en ess ell est ench eb ev
    ap at ad ack am an ash atch ang and av ab
    arp art ard ark arm arn arve arsh
    op ot od ock om on osh otch ob
    awk awn awl aught orse ort ord ork orm orn orb
    ope oat ode oke ome oan oam ole ose oast ove
    oop oot oom oon oove ool oose ooth ooze oob
    ook ull ush
    up ut ud um un uss uzz ump unch ust ub uff
    irp irt ird irk irm irn erse url erve urb
    oil oin oit oist oice oid oy
    out oud own ouse owl ouch ounce outh
    ipe ite ide ike ime ine ive ile ice ight ibe
    ew une ute
"""

_RUDE = {"shit", "tit", "dick", "prick", "piss"}

RHYMING = tuple(o + r for o in _ONSETS.split() for r in _RHYMES.split() if o + r not in _RUDE)
"""All of them, once each."""
