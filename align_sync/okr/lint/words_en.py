"""English as key results use it: which verbs make things, which change them, what is an effect and what an activity.

Verbs stand in their base form, nouns in the singular; `lexicon.py` makes the other forms.
"""

MAKING = """
add adopt advertise agree align allocate analyse analyze announce apply appoint appraise approve archive assemble
assess assign attend audit automate begin benchmark book brainstorm brief broadcast build buy calculate call catalogue
categorise categorize centralise centralize certify check choose circulate clarify clean coach code collect commission
commit communicate compare compile complete compose conduct configure consolidate construct contact containerise
containerize convene coordinate cover craft create customise customize debrief debug decide deck decommission define
delegate delete deliver demo demonstrate deploy deprecate design detail determine develop diagnose digitise digitize
disburse discover discuss dismantle distribute do document draft edit educate embed enable enrol enter equip erect
establish estimate evaluate examine execute exhibit expand experiment explore expose extract facilitate file fill film
finalise finalize find finish fix formalise formalize formulate fund furnish gather give go grant hand harmonise
harmonize hire hold host identify illustrate implement import inaugurate incorporate induct inform initiate inspect
install instrument integrate interview introduce inventory invest investigate invite issue iterate join kick know
label launch learn lease license line list lobby localise localize mail maintain make map mark measure meet mentor
merge migrate mobilise mobilize model modernise modernize monitor mount name negotiate nominate notify observe obtain
offer onboard open organise organize outline outsource overhaul pack pass patch patent pave perform phase photograph
pick pilot pitch plan plant post prepare present print proceed procure produce program promote proofread propose
prototype prove provide provision publish purchase pursue push put qualify quantify re-design re-launch re-platform
re-write realise realize rebrand rebuild recommend reconcile record recruit redact redefine redesign refactor refine
refresh refurbish register reinstall relaunch release relocate remap remove rename renovate rent reorganise reorganize
replace replatform report research reset reskill respec restore restructure retest retire retrain revamp review revise
rewire rework rewrite roll roll-out run scale scan schedule scope secure select send set set-up settle setup ship
shoot showcase specify spend sponsor stabilise staff stage standardise standardize start stream study submit summarise
summarize sunset supply survey swap sweep switch sync tag tailor teach template tender test track train transfer
translate trial turn type understand undertake unify unveil update upgrade upload upskill validate verify vet visit
wire wireframe work wrap write
"""

RAISING = """
amplify augment boost climb deepen double drive elevate enlarge escalate expand extend gain grow heighten increase
jump lift maximise maximize multiply push quadruple raise rise soar strengthen triple up uplift
"""
LOWERING = """
compress curb cut decline decrease diminish drop eliminate eradicate fall halve lessen limit lower minimise minimize
narrow reduce shave shorten shrink sink slash slow trim
"""
SHIFTING = """
accelerate better bring change convert enhance evolve get go improve move optimise optimize shift swing take turn
"""
KEEPING = """
cap defend ensure guarantee hold keep limit maintain preserve protect remain retain safeguard stabilise stabilize stay
sustain
"""
REACHING = "achieve attain average be beat become exceed get hit reach score surpass top total"
WINNING = """
acquire activate answer attract avoid book capture clear close convert convince cross-sell deliver detect earn engage
enrol enrolled free fulfil fulfill gain generate handle invoice involve let make onboard pay persuade prevent process
raise reactivate reclaim recover recycle renew reply resolve respond retain save secure sell sell-out serve settle
ship sign upsell win win-back
"""
BEHAVING = """
accept act activate adopt agree answer apply arrive ask attend become book break bring buy call catch cause choose
churn click come complete connect consent consume contact convert create donate earn enable end enter exceed export
fail feel find finish follow generate get go have import improve install integrate invite keep know land last lead
leave log lose miss need occupy open order participate pass pay perform prefer publish purchase rate reach read
receive recommend rely renew reorder reply report return reuse save say score search see sell set settle share sign
solve speak spend stay subscribe succeed switch take transact trust try turn understand upgrade use visit vote wait
walk watch win work
"""

EFFECT = """
abandonment absence absenteeism acceptance accessibility accident accuracy activation active adherence adoption adr
alert amount aov area arpu arr arrear attach attendance attrition availability average awareness backorder balance
bandwidth basket battery bill booking bounce breach breakage bug burn cac call-back callback cancellation capacity
capital carbon cart cash ces chargeback churn claim click climate cls clv co2 complaint completion compliance
complication comprehension concentration confidence consumption contact contract contribution conversion cost coverage
cpa cpc cpl cpu crash crash-free csat ctr cycle-time dau deal debt default defect deflection delay delinquency demand
dependency depth detractor deviation difficulty discount dispute diversity donation download downtime drop-off dropout
dso duration dwell earning ease ebit ebitda effectiveness efficiency effort emission energy engagement enps enrollment
enrolment equity error escalation escape exit expense failure false-alarm false-positive fatigue fault favorability
favourability fine flakiness flaky follower footfall forecast-error fraud frequency fuel gap gmv grade graduation
gross grr handle happiness health hit hotfix idle impression incident income independence infection injury inp inquiry
install interruption inventory iops kg kilometre kwh lag latency lawsuit lcp lead lead-time leakage legibility length
level lifetime limit liquidity literacy litigation litre load loss loyalty ltifr ltv margin market mau mean median
memory mention mile minute mistake morale mortality mql mrr mtbf mttr multiple no-show noise nps nrr occupancy
open-rate opex opportunity opt-in order otif outage overdue overrun overtime ownership p50 p90 p95 p99 page-load
pageview participation payback payment penalty penetration percent percentage performance pipeline plastic precision
preference premium presence price probability productivity profit profitability profitable promoter proportion
punctuality purchase quality query queue quota rate ratio reach readiness readmission rebuy recall recognition
recollection recovery referral refund registration regression rejection reliability renewal reopen repeat repeat-rate
reply repurchase reputation request-rate resilience response response-time responsiveness result retention return
revenue revpar rework roas roi roic rollback rotation rpo rps rto running runway safety sale satisfaction saving score
scrap sentiment share shipment shortfall shrinkage sign-up signup size sla slot spam speed sql sqo stability star
stickiness stock stockout stress subscriber subscription success supply surplus tardiness tco throughput ticket time
time-to-hire time-to-market time-to-value tip toil ton tonne tps trace traffic transaction trust ttfb turnaround
turnover understanding uptime usage use utilisation utilization vacancy valuation value variance view violation
visibility volume vote vulnerability wait waitlist waste water wau welfare well-being wellbeing win win-rate wip woman
yield
"""
"""What changes for somebody, or how it is measured."""

OUTSIDERS = """
account adopter applicant audience beneficiary business buyer candidate child citizen client clinic company consumer
creator customer dealer diner donor driver family fan farmer guest hospital hotel household investor lead learner
listener member merchant municipality organisation organization parent partner passenger patient payer pensioner
people person player prospect pupil reader reseller resident respondent restaurant retailer rider school seller
shareholder shopkeeper shopper signatory store student subscriber supplier supporter taxpayer tenant tourist trader
traveler traveller user vendor viewer visitor volunteer winner
"""
INSIDERS = """
agent ambassador analyst champion colleague crew department designer developer employee engineer executive function
hire intern leader manager mentor new-hire newcomer operator recruit rep salesperson squad staff stakeholder support
team teammate worker
"""
"""People of the company itself: teaching or hiring them is work, not an effect."""

ACTIVITY = """
ab-test accreditation activity ad ad-group adr advert announcement api app application approval article assessment
asset audit award backlink backup badge banner batch beta blog blueprint board book booth bot branch brand breakfast
brief briefing brochure build business-case buy-in byte call camera campaign case-study catalog catalogue cdp
certification changelog chapter charger charter chatbot check-in checklist class clinic cms code code-of-conduct
coffee cohort-session collection commit committee component conference connector content contest contract-template
council course crm curriculum dashboard data-lake database day deck deliverable demo deployment design diagnostic
diagram dictionary dinner discovery document documentation draft drill e-mail ebook email endpoint engine epic episode
erp event exercise exhibition experiment extranet fair faq feature firewall flow flyer forum framework function
funding gadget gallery gate gateway gemba glossary go-live guide guideline hackathon handbook hearing hire hour hub
huddle illustration image infrastructure initiative inspection integration interface interview interviewee intranet
issue iteration jingle job journey keynote keyword-list kick-off kickoff kiosk kit kpi label lakehouse landing launch
leaflet lecture lesson letter library line logo lunch machine mailing manual map matrix meeting meetup menu
merchandise mfa microservice microsite migration milestone mock-up mockup model module mvp newsletter notebook
objective office offsite okr onboarding-guide onboarding-plan one-on-one ontology opening output page pager panel
paper partnership patch patent permission permit persona phase photo pilot pilot-project pipeline-stage pixel plan
platform playbook plug-in plugin poc podcast policy portal post poster presentation press prioritisation procedure
process product program programme progress project proof-of-concept proposal prototype pull-request qbr questionnaire
queue-system readme rebrand reception recipe record redesign reel refactoring registry rehearsal release report
repository research retro retrospective review roadmap robot roll-out rollout round roundtable route rule rulebook
runbook saas scan schema scorecard screen script sdk seat section seminar sensor server service session shift shop
showroom sign sign-off simulation site slogan snippet sop spec specification speech spike sprint sprint-goal sso
standup station status sticker story storyboard strategy study style-guide summit survey swag system table tagline
talk task task-force taskforce taxonomy template test testimonial theme thread tool tool-kit toolkit topic tour
town-hall trademark training translation tutorial tweet update upgrade variant vehicle velocity version video visit
vpn walk walkthrough warehouse webhook webinar website white-paper whitepaper wiki wireframe workflow workload
workshop
"""
"""What people do or make: its number says how busy they were."""

WORKLOAD = """
application backlog bug case claim complaint defect error incident inquiry invoice issue query record request story
task ticket vulnerability
"""
"""What waits to be dealt with: so many dealt with is work done, a share of them dealt with in time is not."""

INPUT = """
advertising allocate budget disburse expenditure fte grant headcount invest investment outlay spend spending velocity
"""
"""What somebody puts in: to raise it is no effect, to lower it is one."""

DEALING = "answer clear close collect fix fulfil fulfill handle process reply resolve respond settle work"
"""Verbs for working something off."""

DELIVERY = """
activation adoption attendance automation certification completion consolidation construction coverage creation
decommissioning definition delivery deployment design development digitisation digitization documentation enrollment
enrolment establishment execution finalisation finalization go-live hiring implementation installation integration
introduction kick-off kickoff launch migration modernisation modernization onboarding opening overhaul participation
pilot planning preparation publication recruitment redesign refactoring registration relaunch release relocation
renovation replacement rewrite roll-out rollout set-up setup start testing training upgrade validation
"""
"""Nouns for making something: `launch of the portal`."""

CHANGE_UP = "boost doubling gain growth improvement increase rise tripling uplift"
CHANGE_DOWN = "cut decline decrease drop elimination fall halving reduction"

DONE = """
available bought built chosen done drawn finished held in-production live made met online operational place production
ready run sent set-up shipped taught written
"""
"""States that say only that something was made."""

IRREGULAR = {
    "built": "build", "written": "write", "wrote": "write", "held": "hold", "ran": "run", "sent": "send",
    "met": "meet", "made": "make", "rose": "rise", "risen": "rise", "fell": "fall", "fallen": "fall", "grew": "grow",
    "grown": "grow", "kept": "keep", "got": "get", "won": "win", "taught": "teach", "drawn": "draw", "paid": "pay",
    "left": "leave", "sold": "sell", "bought": "buy", "chosen": "choose", "chose": "choose", "given": "give",
    "is": "be", "are": "be", "was": "be", "were": "be", "has": "have", "had": "have", "does": "do", "goes": "go",
    "begun": "begin", "shot": "shoot", "brought": "bring", "took": "take", "taken": "take", "found": "find",
    "came": "come", "felt": "feel", "said": "say", "knew": "know", "known": "know", "rewritten": "rewrite",
    "rebuilt": "rebuild", "frozen": "freeze", "spoken": "speak", "cut": "cut", "set": "set", "hit": "hit",
    "shrank": "shrink", "shrunk": "shrink", "sank": "sink", "stood": "stand", "went": "go", "gone": "go",
    "people": "person", "children": "child", "analyses": "analysis", "queries": "query", "staff": "staff",
    "better": "better", "data": "datum", "halved": "halve", "halves": "halve", "saw": "see", "seen": "see",
}  # fmt: skip
PARTICIPLES = {
    "built", "written", "held", "run", "sent", "met", "made", "taught", "drawn", "set", "given", "begun", "shot",
    "rewritten", "rebuilt", "put", "brought", "taken", "chosen", "bought", "won", "sold", "paid",
}  # fmt: skip

FUNCTION = """
a after all an and are at be before between by each every for from has have in into is its least less more new not
number of on or our per so than that the their through to we which who with within
"""

VAGUE = (
    "significantly", "substantially", "considerably", "dramatically", "as much as possible", "as many as possible",
    "as soon as possible", "asap", "world-class", "world class", "best-in-class", "best in class", "state of the art",
    "state-of-the-art", "cutting-edge", "user-friendly", "seamless", "seamlessly", "robust", "appropriate",
    "appropriately", "adequate", "sufficient", "reasonable", "as needed", "where possible", "if possible", "etc",
    "and so on", "various", "several", "a lot of", "lots of", "many", "some", "continue to", "work on", "try to",
    "strive to", "help to", "support the", "contribute to", "focus on", "foster", "leverage",
    "synergies", "holistic", "excellent", "excellence", "great", "high quality", "high-quality",
    "regularly", "frequently", "soon", "faster", "easier", "effective", "more efficient", "meaningful", "meaningfully",
)  # fmt: skip

NUMBERS = {
    "thirteen": 13, "fourteen": 14, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
    "zero": 0, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100,
}  # fmt: skip
FACTORS = {"halve": 0.5, "double": 2.0, "triple": 3.0, "treble": 3.0, "quadruple": 4.0}

OPENERS = """
a all an and april at august by can could december do end february finally first fully goal half has have january july
june kr least let march may month more next november october of okr our over q quarter september successfully target
than the then this to us we week will within year
"""
"""What may stand before the first word that counts."""

ARTICLES = "a all an at each every its least more new our that the their"
"""What says nothing before a noun."""

COUNTING = """
amount count number of percent percentage proportion share total
"""
"""What only counts the noun behind it."""

STOPS = """
about across after against and as at before between by down during for from i if in instead into not of off on onboard
onto or per so than that they through to toward towards until up upon us via we when which while who with within you
"""
"""Where a noun phrase ends."""

OF = "of that who"

MEANS = "thanks through using via with"
ENDS = "and by significantly so substantially through to until via with"

OF_TEAMS = """
board chapter committee customer data department design development engineering finance group guild legal marketing
office operations partner people platform product quality research sales security squad success support team tribe
"""
"""Words of the names of teams."""

DETERMINERS = "a all an each every our the their these"

BEGINNING = "begin go launch open run start take"
"""What an activity does when it only takes place."""

CHECKING = "check confirm ensure verify"
"""Verbs behind which a clause says what is looked at, not what follows."""

SINGLE = "contract deal agreement lease licence"
"""What is there once it is signed."""

GIVING = "give offer provide grant"
