using Parquet.Meta;

namespace TrlSharp.Rows;

/// <summary>
/// A field of a Parquet schema as data sees it: lists and maps without the helper groups that writers put around them under varying names. Levels follow
/// the Dremel encoding: a definition level counts the optional and repeated ancestors that are there, a repetition level the innermost list that goes on.
/// </summary>
/// <param name="Name">The field's name in its struct.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Present">The least definition level at which the value is not null.</param>
/// <param name="Element">For lists and maps: the least definition level at which there is an element.</param>
/// <param name="Repetition">For lists and maps: the repetition level of a further element.</param>
/// <param name="Children">Fields of a struct; the element of a list; key and value of a map.</param>
/// <param name="FirstLeaf">Number of the first leaf column below (its own for a leaf).</param>
/// <param name="LeafCount">Number of leaf columns below.</param>
internal sealed record ParquetNode(
    string Name, ParquetKind Kind, int Present, int Element, int Repetition, ParquetNode[] Children, int FirstLeaf, int LeafCount)
{
    /// <summary>The fields of the file's rows.</summary>
    public static ParquetNode[] Read(IReadOnlyList<SchemaElement> schema)
    {
        var walk = new Walk(schema);
        return walk.Fields(schema[0].NumChildren ?? 0, 0, 0);
    }

    private sealed class Walk(IReadOnlyList<SchemaElement> schema)
    {
        private int _at = 1;
        private int _leaves;

        public ParquetNode[] Fields(int count, int definition, int repetition)
        {
            var fields = new ParquetNode[count];
            for (var i = 0; i < count; i++) fields[i] = Field(definition, repetition);
            return fields;
        }

        private ParquetNode Field(int definition, int repetition)
        {
            var element = schema[_at];
            // A repeated field that no list wraps is a list of required elements.
            if (element.RepetitionType == FieldRepetitionType.REPEATED)
                return Around(element.Name, ParquetKind.List, definition, definition + 1, repetition + 1, () => [Value(element, definition + 1, repetition + 1)]);
            return Value(element, definition + (element.RepetitionType == FieldRepetitionType.OPTIONAL ? 1 : 0), repetition);
        }

        /// <summary>The element itself, its own optionality already counted in <paramref name="present"/>.</summary>
        private ParquetNode Value(SchemaElement element, int present, int repetition)
        {
            _at++;
            if (element.NumChildren is not { } children)
                return new(element.Name, ParquetKind.Leaf, present, 0, 0, [], _leaves++, 1);
            if (IsList(element)) return List(element.Name, present, repetition);
            if (IsMap(element) && schema[_at].NumChildren == 2)
            {
                _at++;
                return Around(element.Name, ParquetKind.Map, present, present + 1, repetition + 1, () => Fields(2, present + 1, repetition + 1));
            }

            return Around(element.Name, ParquetKind.Struct, present, 0, 0, () => Fields(children, present, repetition));
        }

        /// <summary>The four ways to write a list (parquet-format, LogicalTypes.md, backward compatibility rules).</summary>
        private ParquetNode List(string name, int present, int repetition)
        {
            var repeated = schema[_at];
            var isElement = repeated.NumChildren is null or > 1 || repeated.Name == "array" || repeated.Name == name + "_tuple";
            return Around(name, ParquetKind.List, present, present + 1, repetition + 1, () =>
            {
                if (isElement) return [Value(repeated, present + 1, repetition + 1)];
                _at++;
                return [Field(present + 1, repetition + 1)];
            });
        }

        private ParquetNode Around(string name, ParquetKind kind, int present, int element, int repetition, Func<ParquetNode[]> children)
        {
            var first = _leaves;
            var below = children();
            return new(name, kind, present, element, repetition, below, first, _leaves - first);
        }

        private bool IsList(SchemaElement element) =>
            (element.LogicalType?.LIST is not null || element.ConvertedType == ConvertedType.LIST)
            && element.NumChildren == 1 && schema[_at].RepetitionType == FieldRepetitionType.REPEATED;

        private bool IsMap(SchemaElement element) =>
            (element.LogicalType?.MAP is not null || element.ConvertedType is ConvertedType.MAP or ConvertedType.MAP_KEY_VALUE)
            && element.NumChildren == 1 && schema[_at].RepetitionType == FieldRepetitionType.REPEATED;
    }
}
