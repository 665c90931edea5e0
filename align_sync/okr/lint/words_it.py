"""Italian as key results use it: which verbs make things, which change them, what is an effect and what an activity.

Verbs stand in the infinitive, nouns in the singular, all without accents; `lexicon.py` makes the other forms.
"""

MAKING = """
abbozzare abilitare accreditare acquistare addestrare adeguare aderire adottare affiancare affidare affittare
aggiornare aggiungere aggregare allestire allineare allocare ambientare analizzare animare annunciare appaltare
apprendere approfondire approntare approvare approvvigionare aprire archiviare armonizzare arredare articolare
ascoltare assegnare assumere attivare attuare automatizzare avviare avvisare bonificare brevettare calcolare
calendarizzare candidare capire caricare catalogare censire centralizzare certificare chiamare chiarire classificare
codificare collaudare collegare collocare commentare commissionare comparare compiere compilare completare comporre
comprare comprendere comunicare concedere concludere concordare condividere condurre configurare confrontare
connettere conoscere consegnare consolidare consultare containerizzare contattare controllare convocare coordinare
coprire corredare correggere costituire costruire creare dare decidere decorare definire delegare deliberare deployare
depositare descrivere destinare dettagliare diagnosticare dialogare diffondere digitalizzare dimostrare dirigere
discutere disegnare dismettere dispiegare disporre distribuire documentare dotare edificare educare effettuare
elaborare elencare erogare esaminare eseguire esplorare esporre estendere esternalizzare etichettare evidenziare
facilitare fare filmare finalizzare firmare fissare formalizzare formare fornire fotografare girare guidare ideare
identificare illustrare imballare impaginare imparare impegnare impiegare implementare importare impostare inaugurare
incontrare indagare individuare informare iniziare inquadrare insegnare inserire installare integrare intervistare
intitolare intraprendere introdurre inventariare investire inviare invitare isolare istituire istruire lanciare
lavorare legare leggere localizzare mappare mettere migrare misurare mobilitare modellare moderare modernizzare
monitorare montare mostrare negoziare noleggiare nominare notificare offrire ordinare organizzare ospitare osservare
ottenere parametrizzare partecipare partire perfezionare pianificare piantare posare postare potare predisporre
preparare presentare presidiare produrre progettare programmare promuovere proporre prototipare provare pubblicare
pubblicizzare pulire qualificare quantificare raccogliere razionalizzare realizzare rebrandizzare reclutare redigere
registrare rendicontare reperire restaurare restituire revisionare ricercare riclassificare riconfigurare ridefinire
ridisegnare rifare rifattorizzare riformulare rilanciare rilasciare rilevare rimuovere rinegoziare rinominare
riordinare riorganizzare riparare ripensare riprendere riprogettare riqualificare riscattare riscrivere rispettare
ristrutturare riunire rivedere sanare sapere scegliere scoprire scrivere selezionare siglare sintetizzare sistemare
smontare snocciolare somministrare sondare sostituire sottoporre sottoscrivere specificare spedire spendere
sperimentare sponsorizzare spostare stabilire stampare standardizzare stanziare stendere stilare stimare stipulare
stringere strutturare studiare supportare sviluppare svolgere tarare telefonare tenere terminare testare tracciare
tradurre trasferire traslocare trasmettere ultimare unificare usare utilizzare validare valutare varare verificare
virtualizzare visitare votare
"""

RAISING = """
accrescere allungare alzare ampliare aumentare crescere elevare espandere estendere guadagnare incrementare innalzare
intensificare massimizzare moltiplicare potenziare quadruplicare raddoppiare rafforzare riempire salire saturare
spingere triplicare
"""
LOWERING = """
abbassare abbattere accorciare annullare azzerare calare comprimere contenere contrarre decrescere dimezzare diminuire
eliminare limitare minimizzare rallentare restringere ridurre scendere snellire tagliare togliere
"""
SHIFTING = """
accelerare andare cambiare convertire migliorare muovere ottimizzare passare portare recuperare spostare trasformare
"""
KEEPING = """
assicurare conservare contenere difendere garantire limitare mantenere preservare proteggere restare rimanere
salvaguardare stabilizzare tenere tutelare
"""
REACHING = "arrivare attestare centrare conseguire diventare essere ottenere raggiungere superare toccare totalizzare"
WINNING = """
acquisire attirare attivare attrarre catturare chiudere coinvolgere conquistare consegnare convertire convincere
correggere elaborare evadere evitare fatturare fidelizzare firmare generare gestire guadagnare incassare indurre
ingaggiare invogliare iscrivere lavorare liberare ottenere persuadere prevenire realizzare recuperare registrare
riattivare riconquistare rinnovare risolvere risparmiare rispettare rispondere servire sistemare smaltire spedire
trattenere vendere vincere
"""
BEHAVING = """
abbandonare abbonare abbonarsi accedere accettare acquistare adottare agire aprire arrivare aspettare attendere
attivare avere bastare camminare capire caricare causare cercare chiamare chiedere chiudere cliccare collegare
compilare completare comprare condividere confermare connettere conoscere consigliare consultare consumare contattare
convertire costare creare dichiarare dire disdire diventare donare durare effettuare entrare esportare evadere fallire
fare fermarsi fidare fidarsi finire generare guardare iniziare inserire installare integrare invitare iscrivere
iscriversi lasciare leggere mancare mantenere occupare ordinare ottenere pagare parlare partecipare passare perdere
portare preferire prendere prenotare provare pubblicare raccomandare raggiungere rendere restare ricevere rimanere
rinnovare riordinare risolvere risparmiare rispondere ritornare riusare riuscire riutilizzare sapere scegliere sentire
sentirsi spendere superare tenere togliere tornare trattenere trovare usare uscire utilizzare valutare vedere vendere
visitare votare
"""

EFFECT = """
abbandono abbonamento abbonato accessibilita accettazione accuratezza acqua acquisto adesione adozione affidabilita
affluenza affollamento allarme ammontare apprendimento arr assenteismo assenza attesa attivazione attivi attrition
attrito autonomia avanzo backlog banda batteria benessere benzina biodiversita bocciato bolletta bug cancellazione
capacita carburante cassa chargeback chilometro churn clic click clima co2 coda coinvolgimento competenza completezza
complicanza comprensione concentrazione conformita congedo conoscenza consapevolezza consumo contatto contenzioso
contestazione contratto contributo conversione copertura costo crash credito csat ctr dau debito defezione densita
difetto difficolta dimensione dimissione disavanzo disdetta dispersione disponibilita disservizio divario diversita
donazione donna download dso duplicato durata ebitda efficacia efficienza emissione energia engagement enps entrata
errore escalation esposizione euro evasione facilita fallimento falso-positivo fatica fatturato fedelta feedback ferma
fermo fidelizzazione fiducia fila follower frequenza frode fruizione giacenza gradimento guadagno guasto impressione
inadempienza inattivita incassi incasso incidente incidenza indice infezione infortunio inquinamento insoluto
insolvenza insuccesso intensita interruzione iscritti iscritto iscrizione kg kwh lamentela latenza lead leggibilita
lettura liquidita litro livello ltv malattia mancata mancia margine mau media mediana memoria menzione minuto mole
mora morale morosita mrr mttr multa notorieta nps obsolescenza occupazione opex opportunita ordine p50 p90 p95 p99
pagamento pareggio partecipazione passaparola patrimonio penale pendolarismo penetrazione percentuale perdita
performance permanenza peso pezzo pezzo-difettoso pipeline plastica portafoglio precisione preferenza prenotazione
presenza prestazione prezzo probabilita produttivita profitto profondita promosso prontezza propensione proporzione
punteggio puntualita qualita quantita quota raccomandazione rapidita rapporto reattivita reclamo redditivita
redditizio reddito registrazione regressione rendimento reputazione resa resilienza reso retention riacquisto ricavo
riconoscibilita ricontatto ricorrenza ricovero rifiuto rigetto rilavorazione rimbalzo rimborso rinnovo riordino
ripetizione rischio rischiosita risparmio risposta ritardo ritenzione ritorno roas roi rollback rotazione rottame
rottura rumore saldo salute saturazione scadenza scaduto scarto sconto scontrino scoperto scorta scostamento
segnalazione sentiment sforamento sfrido sicurezza sinistro sla soddisfazione sosta sottoscrizione spam spreco
stabilita stella stelle straordinario stress successo tasso tempestivita tempistica tempo throughput ticket tonnellata
traffico transazione trasferta trattativa turnover uptime uso utile utilizzazione utilizzo valore valutazione
variabilita varianza velocita vendita versamento visibilita visita visualizzazione volume voto vulnerabilita wau
"""

OUTSIDERS = """
abbonato account acquirente aderente albergo alunno assistito azienda azionista bambino candidato cittadino cliente
cliente-pilota commensale compratore comune consumatore contribuente destinatario donatore ente esercente famiglia
fornitore genitore giocatore hotel impresa interessato investitore iscritto lettore lettrice membro merchant
negoziante negozio organizzazione ospite partecipante partner passeggero paziente pensionato persona professionista
prospect residente rider ristorante rivenditore scuola socio sostenitore spettatore studente tifoso turista utente
utenza utilizzatore viaggiatore visitatore volontario
"""
INSIDERS = """
agente analista collaboratore collega dipendente designer dirigente impiegato ingegnere lavoratore manager neoassunto
operatore personale risorsa responsabile squadra sviluppatore team tecnico venditore assunzione commerciale stagista
tutor referente leader
"""

ACTIVITY = """
accordo accreditamento affiancamento aggiornamento albero allineamento ambiente analisi annuncio apertura api app
applicativo applicazione approvazione appuntamento appunto architettura archivio armadietto articolo assemblea
assunzione attivita atto audit aula avanzamento avviso backup badge bando banner benchmark beta blog board bollino bot
bozza brand brevetto brochure business-case call campagna canale cantiere carico carta cartella cartello catalogo cena
certificazione chat chatbot checklist chiamata chiosco circolare cms code-review codice colazione collaudo collezione
colloquio colonnina comitato commissione componente computer comunicato comunicazione concorso conferenza
configurazione connettore consegna consiglio consulenza contenuto convegno convenzione convocazione corso crm
cruscotto dashboard database deck delibera deliverable demo design diagnosi documentazione documento dominio dossier
e-mail ebook email epica episodio erp esercitazione esperimento evento faq fascicolo feature festa fiera filiale
firewall flusso focus-group form formazione foto fotografia framework funzionalita funzione gadget gara gemba
gestionale giornata giorno gita glossario gruppo guida hackathon hub immagine impianto implementazione incontro
indagine infrastruttura iniziativa inserzione installazione integrazione interfaccia intervento intervista intranet
ispezione jingle kick-off kickoff kit kpi laboratorio lancio landing lettera lezione libreria libretto linea
linea-guida locandina logo lotto macchina macchinario magazzino manifesto manuale mappa mappatura marchio materiale
matrice meeting meetup menu messaggio mezzo microservizio microsito migrazione milestone mockup modello modulo motore
mvp newsletter normativa nota nuovo obiettivo offerta okr opera opuscolo ora pagina pannello partnership passeggiata
patch pc percorso permesso pianificazione piano piattaforma pilota playbook plugin poc podcast policy politica ponte
portale post postazione premio presentazione procedura processo prodotto progetto progetto-pilota programma promozione
proposta protocollo prototipo prova prova-concetto pubblicazione pubblicita puntata questionario redesign reel
refactoring registro regola regolamento relazione release reparto report repository requisito restyling retrospettiva
revisione ricerca ricetta riconoscimento rilascio ripetizione riscrittura ritiro riunione roadmap rubrica runbook
scheda scheletro schema schermata sconto scorecard script sede seminario sensore server servizio sessione simulazione
sistema sito software sondaggio sopralluogo speciale specifica sperimentazione spike sportello spot sprint
stabilimento stand standard stazione storia storyboard strategia strumento studio survey tablet talk task tavola
tavola-rotonda tavolo tavolo-tecnico team-building telecamera telefonata template test testimonianza tirocinio tool
totem tour training tutorial ufficio variante veicolo verbale versione video voce volantino webinar white-paper
whitepaper wiki wireframe workflow workshop
"""

WORKLOAD = """
arretrato attivita bug caso difetto domanda errore fattura incidente issue pratica problema reclamo richiesta
segnalazione sinistro ticket vulnerabilita
"""
"""What waits to be dealt with: so many dealt with is work done, a share of them dealt with in time is not."""

INPUT = """
allocare budget destinare erogare esborso headcount impegnare investimento investire organico spendere spesa
stanziamento stanziare velocity
"""
"""What somebody puts in: to raise it is no effect, to lower it is one."""

DEALING = "chiudere correggere evadere gestire lavorare processare rispondere risolvere sistemare smaltire elaborare"
"""Verbs for working something off."""

DELIVERY = """
acquisizione adeguamento adozione affidamento aggiornamento allestimento analisi apertura assunzione assunzioni
attivazione attuazione automazione avvio collaudo completamento conclusione conduzione configurazione consegna
consolidamento copertura costruzione creazione definizione deploy digitalizzazione dismissione documentazione
effettuazione elaborazione erogazione esecuzione finalizzazione firma formalizzazione formazione gestione go-live
implementazione inaugurazione individuazione inserimento installazione integrazione introduzione iscrizione
istituzione lancio mappatura messa migrazione modernizzazione organizzazione partecipazione passaggio pianificazione
predisposizione preparazione presentazione produzione progettazione pubblicazione realizzazione redazione redesign
refactoring registrazione restyling revisione ricerca rifacimento rilascio riprogettazione riscrittura risoluzione
ristrutturazione selezione sostituzione sottoscrizione sperimentazione stesura stipula studio sviluppo svolgimento
test traduzione trasferimento ultimazione validazione valutazione verifica
"""

CHANGE_UP = "aumento crescita incremento innalzamento miglioramento potenziamento raddoppio rialzo"
CHANGE_DOWN = """
abbattimento azzeramento calo contenimento decremento dimezzamento diminuzione discesa riduzione taglio
"""

DONE = """
disponibile disponibili esercizio funzionante go-live live online operativa operative operativi operativo produzione
pronta pronte pronti pronto
"""

PARTICIPLES = {
    "svolto": "svolgere", "condotto": "condurre", "fatto": "fare", "scritto": "scrivere", "chiuso": "chiudere",
    "aperto": "aprire", "redatto": "redigere", "prodotto": "produrre", "introdotto": "introdurre",
    "tradotto": "tradurre", "ridotto": "ridurre", "messo": "mettere", "raccolto": "raccogliere", "assunto": "assumere",
    "raggiunto": "raggiungere", "scelto": "scegliere", "rivisto": "rivedere", "riscritto": "riscrivere",
    "rifatto": "rifare", "concluso": "concludere", "steso": "stendere", "offerto": "offrire", "proposto": "proporre",
    "sceso": "scendere", "letto": "leggere", "esteso": "estendere", "promosso": "promuovere", "dismesso": "dismettere",
    "rimosso": "rimuovere", "rimasto": "rimanere", "risposto": "rispondere", "risolto": "risolvere", "vinto": "vincere",
    "predisposto": "predisporre", "sostituito": "sostituire", "aggiunto": "aggiungere", "speso": "spendere",
}  # fmt: skip
PRESENTS = {
    "sale": "salire", "salgono": "salire", "scende": "scendere", "tiene": "tenere", "mantiene": "mantenere",
    "mantengono": "mantenere", "mantenga": "mantenere", "rimane": "rimanere", "rimangono": "rimanere",
    "ottiene": "ottenere", "ottengono": "ottenere", "produce": "produrre", "riduce": "ridurre", "riducono": "ridurre",
    "va": "andare", "vanno": "andare", "e'": "essere", "e` ": "essere", "sono": "essere", "ha": "avere",
    "hanno": "avere", "sia": "essere", "salga": "salire", "scenda": "scendere", "contiene": "contenere",
    "trattiene": "trattenere", "sceglie": "scegliere", "scelgono": "scegliere", "fa": "fare", "fanno": "fare",
    "dice": "dire", "dicono": "dire", "riesce": "riuscire", "riescono": "riuscire", "cresca": "crescere",
    "diventa": "diventare", "diventano": "diventare", "raggiunge": "raggiungere", "raggiungono": "raggiungere",
    "sanno": "sapere", "tengono": "tenere", "resta": "restare", "restano": "restare", "introduce": "introdurre",
}  # fmt: skip

FUNCTION = """
a agli ai al all alla alle allo almeno che con d da dai dal dall dalla dalle degli dei del dell della delle dello di
dopo e ed entro fino fra gli i il in l la le lo meno nei nel nell nella nelle non nostra nostri nostro numero nuova
nuove nuovi nuovo o ogni oltre per piu prima rispetto sotto su sul sulla tra tutte tutti un una uno
"""

VAGUE = (
    "significativamente", "in modo significativo", "sensibilmente", "notevolmente", "drasticamente",
    "il piu possibile", "quanto prima", "al piu presto", "di livello mondiale", "all'avanguardia", "di eccellenza",
    "eccellenza", "intuitivo", "user-friendly", "adeguato", "adeguata", "adeguati", "adeguate", "opportuno",
    "opportuna", "appropriato", "appropriata", "sufficiente", "ragionevole", "ove possibile", "se possibile",
    "dove possibile", "ecc", "eccetera", "e cosi via", "vari", "varie", "diversi", "diverse", "alcuni", "alcune",
    "molti", "molte", "numerosi", "numerose", "continuare a", "lavorare su", "lavorare per", "cercare di", "provare a",
    "contribuire a", "favorire", "supportare", "concentrarsi su", "ottimale", "ottimali", "efficace",
    "efficaci", "efficiente", "efficienti", "sinergie", "olistico", "di alta qualita", "regolarmente",
    "periodicamente", "migliore", "migliori", "ottimo", "ottima", "robusto",
    "piu veloce", "piu facile", "piu semplice",
)  # fmt: skip

NUMBERS = {
    "tredici": 13, "quattordici": 14, "sedici": 16, "diciassette": 17, "diciotto": 18, "diciannove": 19, "sessanta": 60,
    "settanta": 70, "ottanta": 80, "novanta": 90,
    "zero": 0, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9, "dieci": 10,
    "undici": 11, "dodici": 12, "quindici": 15, "venti": 20, "trenta": 30, "quaranta": 40, "cinquanta": 50,
    "cento": 100, "mille": 1000,
}  # fmt: skip
FACTORS = {"dimezzare": 0.5, "raddoppiare": 2.0, "triplicare": 3.0, "quadruplicare": 4.0}

OPENERS = """
a abbiamo agosto ai al all alla almeno anno aprile avere avremo con dei del dell della di dicembre entro far febbraio
fine gennaio giugno gli i il kr l la le lo luglio maggio marzo mese nel nella nostra nostri nostro novembre okr oltre
ottobre per piu possiamo q riusciamo saremo semestre settembre siamo successo trimestre tutte tutti un una uno
"""
"""What may stand before the first word that counts."""

ARTICLES = """
almeno altre altri che d degli dei del dell della delle dello di gli i il l la le lo nostra nostro nuova nuove nuovi
nuovo piu tutte tutti un una uno
"""
"""What says nothing before a noun."""

COUNTING = """
conteggio numero numerosita percentuale proporzione quota totale
"""
"""What only counts the noun behind it."""

STOPS = """
a agli ai al all alla alle allo attraverso che come con da dai dal dall dalla dalle dopo e ed entro fra in invece
mediante nei nel nella o oltre per prima se senza sopra sotto su sul sulla tra tramite
"""
"""Where a noun phrase ends."""

OF = "che d degli dei del dell della delle dello di"

MEANS = "attraverso con grazie mediante tramite"
ENDS = "affinche attraverso con e entro grazie in mediante modo per tramite"

OF_TEAMS = """
acquisti amministrazione assistenza clienti comunicazione direzione finanza gruppo logistica operazioni prodotto
produzione progettazione qualita reparto ricerca risorse squadra sviluppo ufficio umane vendite
"""
"""Words of the names of teams."""

BEGINNING = "aprire cominciare iniziare partire avviare"
"""What an activity does when it only takes place."""

DETERMINERS = "gli i il l la le lo ogni un una uno"

CHECKING = "controllare verificare accertare"
"""Verbs behind which a clause says what is looked at, not what follows."""

SINGLE = "contratto accordo convenzione licenza"
"""What is there once it is signed."""

GIVING = "dare offrire fornire concedere garantire"
