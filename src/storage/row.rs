//! How a row becomes a struct.

/// Declares a struct that is read from a row of either database: each field from the column of its name.
/// A part that begins with `..` is a struct of this kind itself, read from the same row.
///
/// `derive(FromRow)` does this too, but its macro needs both databases' drivers while it runs: they would
/// be compiled twice, and that is a tenth of a build.
#[macro_export]
macro_rules! from_row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $(..$part_vis:vis $part:ident: $part_type:ty,)?
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty,)+
    }) => {
        $(#[$meta])*
        $vis struct $name {
            $($part_vis $part: $part_type,)?
            $($(#[$field_meta])* $field_vis $field: $type,)+
        }

        $crate::from_row!(@impl sqlx::postgres::PgRow, $name, [$($part)?], [$($field),+]);
        $crate::from_row!(@impl sqlx::sqlite::SqliteRow, $name, [$($part)?], [$($field),+]);
    };
    (@impl $row:ty, $name:ident, [$($part:ident)?], [$($field:ident),+]) => {
        impl sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self {
                    $($part: sqlx::FromRow::from_row(row)?,)?
                    $($field: sqlx::Row::try_get(row, stringify!($field))?,)+
                })
            }
        }
    };
}
