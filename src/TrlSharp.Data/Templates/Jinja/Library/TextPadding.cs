using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Text filled up to a width.</summary>
internal static class TextPadding
{
    /// <summary>Where the filling goes.</summary>
    public enum Side
    {
        Left,
        Right,
        Both,
    }

    public static TextValue Pad(RenderState state, TextValue text, Value?[] bound, Side side)
    {
        var fill = bound[1] is { } given ? TextMethods.Text(given, "fillchar").Text : " ";
        if (CodePoints.Count(fill) != 1) throw EvaluationException.Runtime("The fill character must be exactly one character long");
        return Pad(state, text, Numbers.Argument(bound[0]!, "width"), fill, side);
    }

    public static TextValue Pad(RenderState state, TextValue text, int width, string fill, Side side)
    {
        var missing = width - text.Length;
        if (missing <= 0) return text;
        state.Charge(missing);
        // Python puts the odd one left if the width is odd, else right.
        var left = side switch { Side.Left => missing, Side.Right => 0, _ => (missing / 2) + (missing & width & 1) };
        var output = new TextBuilder();
        output.Append(PythonText.Repeat(fill, left), state.Run);
        output.Append(text, state.Owner, prompt: false, generation: 0);
        output.Append(PythonText.Repeat(fill, missing - left), state.Run);
        return output.ToValue(text.IsMarkup);
    }

    public static TextValue ZeroFill(RenderState state, TextValue text, int width)
    {
        var sign = text.Text.Length > 0 && text.Text[0] is '+' or '-' ? 1 : 0;
        var missing = width - text.Length;
        if (missing <= 0) return text;
        state.Charge(missing);
        var output = new TextBuilder();
        output.Append(text, 0, sign);
        output.Append(new string('0', missing), state.Run);
        output.Append(text, sign, text.Text.Length);
        return output.ToValue(text.IsMarkup);
    }

    public static TextValue ExpandTabs(RenderState state, TextValue text, int size)
    {
        var output = new TextBuilder();
        var (column, start) = (0, 0);
        for (var i = 0; i <= text.Text.Length; i++)
        {
            if (i < text.Text.Length && text.Text[i] != '\t')
            {
                column = text.Text[i] is '\n' or '\r' ? 0 : column + (char.IsLowSurrogate(text.Text[i]) ? 0 : 1);
                continue;
            }

            output.Append(text, start, i);
            start = i + 1;
            if (i == text.Text.Length || size <= 0) continue;
            var spaces = size - (column % size);
            state.Charge(spaces);
            output.Append(new string(' ', spaces), state.Run);
            column += spaces;
        }

        return output.ToValue(text.IsMarkup);
    }
}
