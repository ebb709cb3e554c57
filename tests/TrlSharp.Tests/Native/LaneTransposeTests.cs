using TrlSharp.Native;

namespace TrlSharp.Tests.Native;

public sealed unsafe class LaneTransposeTests
{
    [Theory]
    [InlineData(16, 16)]
    [InlineData(64, 128)]
    [InlineData(1, 1)]
    [InlineData(15, 17)]
    [InlineData(33, 80)]
    [InlineData(50, 7)]
    public void Every_element_comes_to_its_place_and_nothing_else_is_touched(int rows, int columns)
    {
        const int Gap = 3;
        var (fromRow, toRow) = (columns + Gap, rows + Gap);
        var wide = new float[rows * fromRow];
        var half = new ushort[rows * fromRow];
        for (var i = 0; i < wide.Length; i++)
        {
            half[i] = (ushort)(0x3f80 + i); // Another number each, as bfloat16
            wide[i] = BitConverter.UInt32BitsToSingle((uint)half[i] << 16);
        }

        fixed (float* first = wide)
        fixed (ushort* second = half)
        {
            Check(first);
            Check(second);
        }

        void Check<T>(T* from)
            where T : unmanaged
        {
            var result = Enumerable.Repeat(-1f, columns * toRow).ToArray();
            fixed (float* to = result) LaneTranspose.Run(from, fromRow, to, toRow, rows, columns);
            for (var c = 0; c < columns; c++)
                for (var i = 0; i < toRow; i++) Assert.Equal(i < rows ? wide[(i * fromRow) + c] : -1, result[(c * toRow) + i]);
        }
    }
}
