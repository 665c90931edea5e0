"""The texts of the template; what stands in angle brackets is filled in."""

ENGLISH = """\
<schema_line>
# OKRs of one team for one period. Check: align-sync okr validate FILE; align-sync okr lint FILE
# See what would change: align-sync okr plan FILE; then put it in force: align-sync okr apply FILE
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata:
  name: <name>
spec:
  team: <team>
  period: <period>            # 2026-Q4, 2026-H2, 2026-11, 2026-W47..2026-W52 or 2026-10-01/2026-12-31
  level: <level>                # company, department or team
  objectives:
    # Where you want to be, in words that people remember: no figures here. 2 to 5 key results prove it.
    - id: <prefix>-1
      title: Customers get their money back without asking twice
      owner: <owner>
      # contributesTo: [CO-1.2]    # the id of the objective or key result above it, one only
      # sharedWith: [{team: support, weight: 0.5}]
      keyResults:
        # What changes for whom, from how much to how much, until when. Not what you will build.
        - id: <prefix>-1.1          # what people type in labels: okr/<prefix>-1.1; quote it where it is a number
          title: The share of refunds with an error falls from 2.4 % to 0.5 %
          owner: <owner>           # exactly one person
          type: committed       # committed: we promise it; aspirational: 70 % would be good; learning
          indicator: lag        # lead moves early and can be acted on, lag tells the outcome afterwards
          due: <end>
          metric:
            unit: percent
            direction: decrease # increase, decrease or hold
            baseline: 2.4
            baselineOn: <start>
            target: 0.5
            source: "sql:refund_errors"   # kind and name in the register of align-sync.toml; see okr metrics
          pace: linear          # back-loaded, or points: [[<middle>, 0.3], [<end>, 1]]
          match:                # how work names it, beside its id
            labels: [okr-refunds]
            # jiraEpics: [PAY-301]
            # linearProjects: [Smart retries]
            # keywords: [refund, chargeback]
        # A band to keep: progress is whole inside it, and falls to nothing over the tolerance outside of it.
        - id: <prefix>-1.2
          title: The median time to a refund stays between 1 and 3 days
          owner: <owner>
          indicator: lead
          due: <end>
          metric:
            unit: days
            direction: hold
            low: 1
            high: 3
            tolerance: 2
            source: "sql:refund_days"
        # Four zones in words, for what no number tells. Of commit, target and stretch any two give the third.
        # - id: <prefix>-1.3
        #   title: Auditors trust our refund process
        #   owner: <owner>
        #   metric:
        #     kind: ordinal
        #     zones:
        #       fail: findings of the highest class
        #       commit: no finding of the highest class
        #       target: no finding that needs a follow-up
        #       stretch: the auditors recommend it to others
"""

ITALIAN = """\
<schema_line>
# Gli OKR di una squadra per un periodo. Controllare: align-sync okr validate FILE; align-sync okr lint FILE
# Vedere che cosa cambia: align-sync okr plan FILE; poi metterlo in vigore: align-sync okr apply FILE
apiVersion: align-sync.dev/v1
kind: OKRSet
metadata:
  name: <name>
spec:
  team: <team>
  period: <period>            # 2026-Q4, 2026-H2, 2026-11, 2026-W47..2026-W52 o 2026-10-01/2026-12-31
  level: <level>                # company (azienda), department (area) o team (squadra)
  objectives:
    # Dove si vuole arrivare, in parole che restano in mente: qui nessuna cifra. Da 2 a 5 key result lo provano.
    - id: <prefix>-1
      title: I clienti riottengono il denaro senza chiederlo due volte
      owner: <owner>
      # contributesTo: [CO-1.2]    # l'id dell'obiettivo o del key result superiore, uno solo
      # sharedWith: [{team: support, weight: 0.5}]
      keyResults:
        # Che cosa cambia, per chi, da quanto a quanto, entro quando. Non che cosa si costruisce.
        - id: <prefix>-1.1          # quello che si scrive nelle label: okr/<prefix>-1.1; tra virgolette se è un numero
          title: La quota di rimborsi con un errore scende dal 2,4 % allo 0,5 %
          owner: <owner>           # una persona sola
          type: committed       # committed: è una promessa; aspirational: il 70 % è già un buon esito; learning
          indicator: lag        # lead si muove presto e si può guidare, lag dice l'esito alla fine
          due: <end>
          metric:
            unit: percent
            direction: decrease # increase (cresce), decrease (cala) o hold (resta in una fascia)
            baseline: 2.4       # nei numeri il punto, non la virgola
            baselineOn: <start>
            target: 0.5
            source: "sql:refund_errors"   # tipo e nome nel registro di align-sync.toml; vedi okr metrics
          pace: linear          # back-loaded, o punti: [[<middle>, 0.3], [<end>, 1]]
          match:                # come il lavoro lo nomina, oltre all'id
            labels: [okr-refunds]
            # jiraEpics: [PAY-301]
            # linearProjects: [Smart retries]
            # keywords: [rimborso, chargeback]
        # Una fascia da mantenere: dentro il progresso è pieno, fuori scende a zero lungo la tolleranza.
        - id: <prefix>-1.2
          title: Il tempo mediano di un rimborso resta tra 1 e 3 giorni
          owner: <owner>
          indicator: lead
          due: <end>
          metric:
            unit: days
            direction: hold
            low: 1
            high: 3
            tolerance: 2
            source: "sql:refund_days"
        # Quattro zone a parole, per quello che nessun numero dice. Di commit, target e stretch due danno il terzo.
        # - id: <prefix>-1.3
        #   title: I revisori si fidano del nostro processo di rimborso
        #   owner: <owner>
        #   metric:
        #     kind: ordinal
        #     zones:
        #       fail: rilievi della classe più alta
        #       commit: nessun rilievo della classe più alta
        #       target: nessun rilievo che chieda un seguito
        #       stretch: i revisori lo raccomandano ad altri
"""
