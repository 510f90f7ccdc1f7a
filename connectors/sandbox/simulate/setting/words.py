"""What records say: industries, places, titles, subjects, next steps and notes."""

INDUSTRIES = (
    "Technology",
    "Manufacturing",
    "Healthcare",
    "Retail",
    "Finance",
    "Energy",
    "Transportation",
    "Education",
)
PLACES = (
    ("Leeds", "West Yorkshire", "United Kingdom", "LS1"),
    ("Hamburg", "Hamburg", "Germany", "20095"),
    ("Lyon", "Rhone", "France", "69001"),
    ("Gothenburg", "Vastra Gotaland", "Sweden", "41103"),
    ("Porto", "Porto", "Portugal", "4000"),
    ("Columbus", "Ohio", "United States", "43004"),
    ("Denver", "Colorado", "United States", "80014"),
    ("Toronto", "Ontario", "Canada", "M4B"),
)
STREETS = ("Mill Lane", "Harbour Road", "Station Street", "Market Square", "Canal Street", "Park Avenue")
CONTACT_TITLES = (
    "Head of Operations",
    "Chief Financial Officer",
    "IT Director",
    "Procurement Manager",
    "Plant Manager",
    "VP Operations",
    "Project Lead",
    "Data Manager",
)
ROLES = ("Decision Maker", "Economic Buyer", "Evaluator", "Influencer", "Executive Sponsor")
SOURCES = ("Web", "Referral", "Partner", "Outbound", "Event")
LOSS_REASONS = ("Price", "Competitor", "No Decision", "Timing", "Product")
PRODUCTS = ("Platform", "Analytics", "Automation", "Service Desk", "Integration")
NEXT_STEPS = {
    "Prospecting": ("Find the sponsor", "Send intro mail", "Call the switchboard again"),
    "Qualification": ("Confirm budget and timing", "Book a discovery call", "Ask who signs"),
    "Discovery": ("Workshop with operations", "Write up current process", "Demo for the wider team"),
    "Proposal": ("Send revised proposal", "Walk the CFO through pricing", "Answer security questionnaire"),
    "Negotiation": ("Redlines with legal", "Agree on start date", "Get the order form signed"),
    "Renewal Review": ("Usage review with the sponsor", "Check open tickets", "Agree on seats for next year"),
}
CALL_SUBJECTS = ("Call", "Call: follow-up", "Call - pricing questions", "Intro call", "Call: next steps")
EMAIL_SUBJECTS = (
    "Email: proposal attached",
    "Email: following up",
    "Email: agenda for Thursday",
    "Email: answers to your questions",
    "Email: contract draft",
)
OTHER_SUBJECTS = ("Send references", "Prepare business case", "Update the plan", "Send Letter/Quote")
MEETING_SUBJECTS = ("Discovery meeting", "Proposal review", "Workshop", "Executive meeting", "Site visit")
DEMO_SUBJECTS = ("Product demo", "Demo for the operations team", "Technical demo")
NOTES = (
    "Spoke about timing, they want to start next quarter.",
    "They asked for a reference in the same industry.",
    'Left a voicemail. "Call back after the 15th", said the desk.',
    "Budget is confirmed;\r\nlegal needs two weeks.",
    "Competitor is in the game, price will matter.",
    "Good talk, the sponsor is on our side.",
)
DISPOSITIONS = ("Connected", "Left voicemail", "No answer", "Wrong number")
