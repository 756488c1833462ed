//! Who looks, and with what: a telephone or a desk's screen, in which language, and light or dark.

use std::fmt;

use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    English,
    Arabic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) is_phone: bool,
    pub(crate) tongue: Tongue,
    pub(crate) is_dark: bool,
    pub(crate) has_script: bool,
}

impl Tongue {
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Arabic];

    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    pub(crate) const fn direction(self) -> &'static str {
        match self {
            Self::English => "ltr",
            Self::Arabic => "rtl",
        }
    }
}

impl Look {
    /// A telephone, English and light.
    pub(crate) const PHONE: Self = Self {
        width: 390,
        height: 844,
        is_phone: true,
        tongue: Tongue::English,
        is_dark: false,
        has_script: true,
    };

    /// A desk's screen, English and light.
    pub(crate) const DESKTOP: Self =
        Self { width: 1280, height: 900, is_phone: false, ..Self::PHONE };

    pub(crate) const fn arabic(self) -> Self {
        self.speaking(Tongue::Arabic)
    }

    pub(crate) const fn speaking(self, tongue: Tongue) -> Self {
        Self { tongue, ..self }
    }

    pub(crate) const fn dark(self) -> Self {
        Self { is_dark: true, ..self }
    }

    /// With scripts turned off.
    pub(crate) const fn without_script(self) -> Self {
        Self { has_script: false, ..self }
    }

    pub(crate) const fn theme(self) -> &'static str {
        if self.is_dark { "dark" } else { "light" }
    }

    pub(super) fn options(self) -> Value {
        json!({
            "width": self.width, "height": self.height, "is_phone": self.is_phone,
            "language": self.tongue.tag(), "theme": self.theme(), "script": self.has_script,
        })
    }
}

/// As a picture's name ends: `phone-ar-dark`.
impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let device = if self.is_phone { "phone" } else { "desktop" };
        write!(f, "{device}-{}-{}", self.tongue.tag(), self.theme())
    }
}
