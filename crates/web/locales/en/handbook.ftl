handbook-standards = Time limits
handbook-clauses = Clauses
handbook-scripts = What to say
handbook-prices = Price list
handbook-standards-hint = The limits come from the service standard in force; each estate may change them. Where several lines fit, the most specific one counts.
handbook-scripts-hint = What stands in brackets is filled in by the product or said by the person at the desk.
handbook-documents = Documents
handbook-for = Applies to
handbook-all = Everything reported
handbook-step = Step
handbook-limit = Limit
handbook-pause = May pause for
handbook-clause = Clause
handbook-limit-minutes = {$n} minutes
handbook-limit-hours = { $n ->
    [one] 1 hour
   *[other] {$n} hours
  }
handbook-limit-today = By midnight of the day
handbook-limit-days = { $n ->
    [one] 1 natural day
   *[other] {$n} natural days
  }
how-enforce = enforced
how-clock = clocked
how-duty = recurring
how-register = on record
how-aid = help
how-measure = measured
moment-greeting = Greeting
moment-verify = Checking who it is
moment-hold = Putting on hold
moment-resume = Back from hold
moment-transfer = Transfer
moment-promise = Promising a reply
moment-fee = Telling the fee
moment-out_of_scope = Outside our service
moment-calm = Calming a complainant
moment-emergency = Call for help
moment-privacy = Privacy
moment-outgoing = Outgoing call
moment-closing = Closing
prices-title = Price list of paid services
prices-service = Service
prices-unit = Unit
prices-labour = Labour
prices-material = Material
prices-free = Free
prices-quote = Quoted on site
prices-from = from {$amount}
prices-print = Print the list
prices-hint = The list is public. The fee is told at reception, and nothing goes on before the resident accepts it.
prices-public = Prices are for labour. The fee is told when you call, and we come after you accept it; work quoted on site begins after you accept the quote.
handbook-ladder = Ladder
handbook-ladder-n = {$n} steps
handbook-habit = by habit
