using System.Text;
using TrlSharp.Rows;

namespace TrlSharp.Sequences.Profiles;

/// <summary>JSON with the separators of Python's <c>json.dumps(…, ensure_ascii=False)</c>, the form in which call arguments travel as text.</summary>
internal static class PythonJson
{
    public static string Write(RowValue value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, RowValue value)
    {
        switch (value.Kind)
        {
            case RowValueKind.List:
                text.Append('[');
                for (var i = 0; i < value.Items.Count; i++)
                {
                    if (i > 0) text.Append(", ");
                    Append(text, value.Items[i]);
                }

                text.Append(']');
                break;
            case RowValueKind.Map:
                text.Append('{');
                for (var i = 0; i < value.Fields.Count; i++)
                {
                    if (i > 0) text.Append(", ");
                    text.Append(RowValue.Of(value.Fields[i].Key)).Append(": ");
                    Append(text, value.Fields[i].Value);
                }

                text.Append('}');
                break;
            default:
                text.Append(value);
                break;
        }
    }
}
