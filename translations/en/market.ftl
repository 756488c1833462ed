# What can be had: src/web/market.
market-plans = Plans
market-apps = Apps
market-a-month = a month
market-from = from
market-free = Free with any plan
market-no-extra = No extra cost
market-later = Coming soon
market-and-usage = plus what is used
market-show = Show
market-show-all = Show all apps
market-all = All apps
market-to-start = To the start

market-home-title = Business apps that run here
market-home-heading = Business apps, run for you by { $brand }
market-home-lead = Choose a plan and the apps you need. They are set up under your own address, and kept running for you.
market-have-voucher = I have a voucher
market-see-voucher = See the voucher
market-see-plans = See the plans
market-plans-from = Plans from { $amount } a month
market-choose-plan = Choose a plan
market-popular-apps = Popular apps
market-all-apps = { $count ->
        [one] See the one app
       *[other] See all { $count } apps
    }
market-for-your-trade = For your line of business

market-plans-lead = A plan is the room that your apps run in. Change it at any time; what is left of the month counts.
market-no-plans-heading = No plans yet
market-no-plans-detail = This is where plans stand. Come back soon.
market-popular = Most popular
market-processor = Processor
market-memory = Memory
market-storage = Storage
market-as-used = As used
market-take = Choose this plan
market-covered-until = Your voucher covers it until { $date }
market-covered-part = Your voucher pays { $credit } of the first month; { $rest } is left
market-covered-usage = Your voucher stays as credit for what you use
market-voucher-ended = The voucher you opened before cannot be used any more.
market-other-voucher = Use another voucher
market-tax-included = Prices include { $rate } tax.
market-tax-added = { $rate } tax is added to prices.
market-usage-heading = How usage is priced
market-usage-detail = There is no price for the room itself. What your apps use is counted, and paid for when the month ends. You can set a limit, and see what it comes to at any time.
market-no-meters = The prices are not set yet. Until they are, nothing is charged for usage.
market-meters = What is counted
market-meter = What
market-meter-for = For each
market-price = Price
market-addons = Can be added
market-included = Included in every plan

market-apps-lead = Installed with a click, and removed as easily.
market-search = Search
market-category = Category
market-any-category = Any
market-industry = Line of business
market-any-industry = Any
market-bundle = Bundle
market-any-bundle = Any
market-sort = Order
market-sort-best = Best match
market-sort-name = Name
market-sort-price = Price
market-found = { $count ->
        [0] No app
        [one] 1 app
       *[other] { $count } apps
    }
market-results = Results
market-none-heading = Nothing like that here
market-none-detail = Try another word, or fewer filters: an app is shown that has every word and passes every filter.
market-pages = Pages of the list
market-before = Previous
market-after = Next

market-features = What it can do
market-details = Details
market-needs = What it needs
market-needs-hint = This is set up with it.
market-need-shared = One for all your apps
market-need-own = One of its own
market-free-detail = It costs nothing beside the plan that it runs in.
market-tier-detail = Priced as { $tier }, beside the plan that it runs in.
market-with-needs = With what it needs: { $amount } a month.
market-install = Install
market-install-in = Install in
market-comes-along = Comes with apps
market-system-detail = It is set up by itself for apps that need it.
market-later-detail = It cannot be installed yet.
market-instead = What you can have instead
market-look-around = Look at what can be had now
market-licence = Licence
market-website = Website
market-related = Goes well with it

market-bundle-apps = What is in it
market-together = Together
market-plan-line = Plan
market-apps-line = Apps, with what they need
market-sum-month = A month
market-recommended = With the plan that has enough room for these apps.
market-take-bundle = Take this bundle
market-other-plan = Compare plans
market-with-plan = With plan
market-see-bundle = See the bundle
market-suggested = Apps for it
market-none-suggested = Nothing is suggested for this yet. All apps work for you as well.
market-other-trades = Other lines of business

market-missing-heading = There is no such page
market-missing-detail = It may have been here before. Look for what you need:

market-cores = { $count ->
        [one] 1 core
       *[other] { $count } cores
    }
market-part-of-cores = { $amount } cores
market-megabytes = { $count } MB
market-gigabytes = { $count } GB
market-terabytes = { $count } TB

market-tier-included = included
market-tier-basic = a basic app
market-tier-standard = a standard app
market-tier-premium = a premium app

market-category-website = Websites
market-category-commerce = Online shops
market-category-erp = Business management
market-category-finance = Invoicing and finance
market-category-files = Files
market-category-documents = Documents
market-category-communication = Communication
market-category-scheduling = Appointments
market-category-crm = Customers
market-category-marketing = Marketing
market-category-analytics = Figures and charts
market-category-monitoring = Monitoring
market-category-automation = Automation
market-category-education = Education
market-category-projects = Projects
market-category-knowledge = Knowledge
market-category-it = IT management
market-category-security = Security
market-category-design = Design
market-category-fleet = Vehicles
market-category-service = Backing services
