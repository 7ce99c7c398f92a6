department = Department
departments-sub = What each does, who is on duty and how to reach them
department-name = Name
department-name-en = English name (optional)
department-kind = Kind
department-kind-own = Our departments
department-kind-vendor = Vendors
department-kind-outside = Outside bodies
department-vendor = vendor
department-phone = Phone
department-duties = Duties
department-duties-en = Duties in English (optional)
department-people = People
department-nobody = Nobody on duty
department-open = Open cases
department-count = People
department-active = In use
department-closed = Closed
department-add = Add department or vendor
department-close = Close
department-reopen = Open again
department-close-hint = A closed department is no longer offered for dispatch; its records stay.
department-open-hint = It can be dispatched to again.
department-name-taken = There is a department of this name
department-kind-people = People belong to it: it cannot change between our own and a vendor
department-unknown = No such department, or it is closed
refuse-department-open = { $n ->
    [one] One open case lies with this department: reassign it first
   *[other] {$n} open cases lie with this department: reassign them first
  }
